import { useClient, usePlayground, useUi } from '../context.tsx';
import type { Channel } from '../state/model.ts';
import { useActions } from '../use-actions.ts';
import { encodeContent } from './content.ts';
import type { useDraft } from './use-draft.ts';

const largestFileBytes = 10 * 1024 * 1024;
const mostFiles = 10;
const longestMessage = 2000;

/** Sends what is in the box. What Discord would refuse by its size is told before, and nothing is lost. */
export function useSend(channel: Channel, draft: ReturnType<typeof useDraft>): () => void {
  const client = useClient();
  const { ui } = usePlayground();
  const actions = useActions();
  const replyTo = useUi((state) => state.replyTo[channel.id]);
  return () => {
    const content = encodeContent(client.store.getState(), channel.guildId, draft.text).trim();
    const problem = refusal(content, draft.files);
    if (problem !== null) {
      actions.toast('error', problem);
      return;
    }
    client.outbox.send(channel.id, {
      content,
      files: draft.files,
      replyToId: replyTo?.id ?? null,
      pingReplied: true,
    });
    draft.setText('');
    draft.setFiles([]);
    ui.dispatch({ type: 'reply', channelId: channel.id, message: undefined });
  };
}

function refusal(content: string, files: readonly File[]): string | null {
  if (content.length > longestMessage) {
    return `That is ${content.length - longestMessage} characters too long: ${longestMessage} is the most. Shorten it, or send it as a file.`;
  }
  if (files.length > mostFiles) return `Only ${mostFiles} files fit one message.`;
  const large = files.find((file) => file.size > largestFileBytes);
  return large === undefined ? null : `${large.name} is too big: 10 MB each is the most.`;
}
