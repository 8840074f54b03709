import { useMemo } from 'react';
import { type Playground, usePlayground } from './context.tsx';
import type { MenuTarget } from './state/ui.ts';
import { formatRoute } from './state/route.ts';
import type { Message } from './state/model.ts';

export type Actions = ReturnType<typeof createActions>;

let lastToastId = 0;

/** What views do on the page: opening, jumping, telling. The same object as long as the member stays. */
export function useActions(): Actions {
  const playground = usePlayground();
  const { client, ui } = playground;
  return useMemo(() => createActions(client, ui), [client, ui]);
}

function createActions(client: Playground['client'], ui: Playground['ui']) {
  const toast = (tone: 'info' | 'error', text: string): void => {
    lastToastId += 1;
    ui.dispatch({ type: 'toast', toast: { id: lastToastId, tone, text } });
  };
  /** Waits for the work and tells of a failure in a toast. Resolves to whether it went well. */
  const attempt = async (work: Promise<unknown>): Promise<boolean> => {
    try {
      await work;
      return true;
    } catch (error) {
      toast('error', error instanceof Error ? error.message : 'That did not work.');
      return false;
    }
  };
  const openChannel = (channelId: string): void => {
    const guildId = client.store.getState().channels[channelId]?.guildId ?? null;
    location.hash = formatRoute({ guildId, channelId });
    ui.dispatch({ type: 'set', change: { navigationOpen: false, menu: null, dialog: null } });
  };
  return {
    toast,
    attempt,
    openChannel,
    openDirect: async (userId: string) => {
      await attempt(client.openDirectChannel(userId).then(openChannel));
    },
    openProfile: (x: number, y: number, userId: string, guildId: string | null) =>
      ui.dispatch({ type: 'set', change: { profile: { x, y, userId, guildId }, menu: null } }),
    openMenu: (x: number, y: number, target: MenuTarget) =>
      ui.dispatch({ type: 'set', change: { menu: { x, y, target } } }),
    reply: (message: Message) => {
      ui.dispatch({ type: 'reply', channelId: message.channel_id, message });
      focusComposer();
    },
    jumpTo: async (channelId: string, messageId: string) => {
      const found = await client
        .knowChannel(channelId)
        .then(() => client.reveal(channelId, messageId))
        .catch(() => false);
      if (!found) {
        toast('info', 'That message is gone, or you may not see it.');
        return;
      }
      if (ui.getState().route.channelId !== channelId) openChannel(channelId);
      ui.dispatch({ type: 'set', change: { jumpTo: { channelId, messageId } } });
    },
    copy: async (text: string, what: string) => {
      if (await attempt(navigator.clipboard.writeText(text))) toast('info', `${what} copied.`);
    },
  };
}

/** Puts the cursor in the message box, after the menu or dialog that asked has given the focus back. */
export function focusComposer(): void {
  setTimeout(() => document.querySelector<HTMLElement>('[data-testid="composer"]')?.focus(), 60);
}
