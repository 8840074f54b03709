import { Menu } from '@mantine/core';
import { CommandKind } from '../client/interactions.ts';
import { useClient, useClientState, usePlayground } from '../context.tsx';
import { isSpoken } from '../messages/rows.ts';
import { type Message } from '../state/model.ts';
import { allows, Permission } from '../state/permissions.ts';
import { isEphemeral } from '../state/reduce-history.ts';
import { ownPermissions } from '../state/select.ts';
import { useActions } from '../use-actions.ts';
import { AppsMenu } from './apps-menu.tsx';
import { Item } from './menu-item.tsx';

/** Notes of the system and polls stay where they are. */
function canForward(message: Message): boolean {
  return isSpoken(message) && message.poll === undefined;
}

/** What can be done with a message. */
export function MessageMenuItems({ message }: { readonly message: Message }) {
  const { ui } = usePlayground();
  const { member } = useClient();
  const actions = useActions();
  const granted = useClientState((state) => {
    const channel = state.channels[message.channel_id];
    return channel === undefined ? 0n : ownPermissions(state, channel);
  });
  const inThread = useClientState((state) => (state.channels[message.channel_id]?.thread ?? null) !== null);
  const inGuild = useClientState((state) => (state.channels[message.channel_id]?.guildId ?? null) !== null);
  const own = message.author.id === member.id;
  const local = isEphemeral(message);
  const dialog = (kind: 'react' | 'forward' | 'delete'): void =>
    ui.dispatch({ type: 'set', change: { dialog: { kind, message } } });
  const mayThread =
    inGuild && !inThread && message.thread === undefined && allows(granted, Permission.createPublicThreads);
  const startThread = (): void =>
    ui.dispatch({ type: 'set', change: { dialog: { kind: 'thread', channelId: message.channel_id, message } } });
  return (
    <>
      {local ? null : <Item icon="smile" label="Add reaction" onPress={() => dialog('react')} />}
      {local ? null : <Item icon="reply" label="Reply" onPress={() => actions.reply(message)} />}
      {local || !canForward(message) ? null : <Item icon="forward" label="Forward" onPress={() => dialog('forward')} />}
      {mayThread && !local ? <Item icon="thread" label="Create thread" onPress={startThread} /> : null}
      {own && !local ? (
        <Item
          icon="edit"
          label="Edit message"
          onPress={() => ui.dispatch({ type: 'set', change: { editingId: message.id } })}
        />
      ) : null}
      <Menu.Divider />
      <Item icon="copy" label="Copy text" onPress={() => void actions.copy(message.content, 'Text')} />
      <Item icon="copy" label="Copy message ID" onPress={() => void actions.copy(message.id, 'ID')} />
      {local ? null : <AppsMenu kind={CommandKind.message} channelId={message.channel_id} targetId={message.id} />}
      {(own || allows(granted, Permission.manageMessages)) && !local ? (
        <>
          <Menu.Divider />
          <Item icon="trash" label="Delete message" danger onPress={() => dialog('delete')} />
        </>
      ) : null}
    </>
  );
}
