import { Menu } from '@mantine/core';
import { Icon, type IconName } from '../../shared/icons.tsx';
import { CommandKind } from '../client/interactions.ts';
import { useOfferedCommands } from '../commands/use-offered-commands.ts';
import { useClient, useClientState, usePlayground } from '../context.tsx';
import { type Message } from '../state/model.ts';
import { allows, Permission } from '../state/permissions.ts';
import { isEphemeral } from '../state/reduce-history.ts';
import { ownPermissions } from '../state/select.ts';
import { useActions } from '../use-actions.ts';

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
  const dialog = (kind: 'react' | 'delete'): void =>
    ui.dispatch({ type: 'set', change: { dialog: { kind, message } } });
  const mayThread =
    inGuild && !inThread && message.thread === undefined && allows(granted, Permission.createPublicThreads);
  const startThread = (): void =>
    ui.dispatch({ type: 'set', change: { dialog: { kind: 'thread', channelId: message.channel_id, message } } });
  return (
    <>
      {local ? null : <Item icon="smile" label="Add reaction" onPress={() => dialog('react')} />}
      {local ? null : <Item icon="reply" label="Reply" onPress={() => actions.reply(message)} />}
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
      {local ? null : <AppItems message={message} />}
      {(own || allows(granted, Permission.manageMessages)) && !local ? (
        <>
          <Menu.Divider />
          <Item icon="trash" label="Delete message" danger onPress={() => dialog('delete')} />
        </>
      ) : null}
    </>
  );
}

interface ItemProps {
  readonly icon: IconName;
  readonly label: string;
  readonly danger?: boolean;
  readonly onPress: () => void;
}

/** One entry of a context menu. */
export function Item({ icon, label, danger = false, onPress }: ItemProps) {
  return (
    <Menu.Item data-danger={danger || undefined} leftSection={<Icon name={icon} size={16} />} onClick={onPress}>
      {label}
    </Menu.Item>
  );
}

function AppItems({ message }: { readonly message: Message }) {
  const guildId = useClientState((state) => state.channels[message.channel_id]?.guildId ?? null);
  const commands = useOfferedCommands(guildId);
  const { interactions } = useClient();
  const fitting = commands.filter((command) => (command.type as number) === CommandKind.message);
  if (fitting.length === 0) return null;
  return (
    <>
      <Menu.Divider />
      <Menu.Label>Apps</Menu.Label>
      {fitting.map((command) => (
        <Item
          key={command.id}
          icon="slash"
          label={command.name}
          onPress={() => void interactions.runContextCommand(message.channel_id, command, message.id)}
        />
      ))}
    </>
  );
}
