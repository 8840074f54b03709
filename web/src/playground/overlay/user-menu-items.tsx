import { Menu } from '@mantine/core';
import { CommandKind } from '../client/interactions.ts';
import { insertInComposer } from '../composer/insert.ts';
import { useClient, useClientState, usePlayground, useUi } from '../context.tsx';
import { displayName, rolesOf } from '../state/select.ts';
import { useActions } from '../use-actions.ts';
import { AppsMenu } from './apps-menu.tsx';
import { Item } from './menu-item.tsx';

interface UserMenuItemsProps {
  readonly userId: string;
  readonly guildId: string | null;
}

/** What can be done with a person or a bot. */
export function UserMenuItems({ userId, guildId }: UserMenuItemsProps) {
  const { becomeMember, members } = usePlayground();
  const { member } = useClient();
  const actions = useActions();
  const channelId = useUi((ui) => ui.route.channelId);
  const name = useClientState((state) => displayName(state, userId, guildId));
  const roles = useClientState((state) => {
    const guild = state.guilds[guildId ?? ''];
    const entry = state.members[guildId ?? '']?.[userId];
    return guild === undefined || entry === undefined
      ? ''
      : rolesOf(guild, entry)
          .map((role) => role.name)
          .join(', ');
  });
  const account = members.find((entry) => entry.id === userId);
  return (
    <>
      <Menu.Label>{roles === '' ? name : `${name} · ${roles}`}</Menu.Label>
      {userId === member.id ? null : <Item icon="at" label="Message" onPress={() => void actions.openDirect(userId)} />}
      <Item icon="at" label="Mention" onPress={() => insertInComposer(`@${name} `)} />
      <Item icon="copy" label="Copy user ID" onPress={() => void actions.copy(userId, 'ID')} />
      {account === undefined || userId === member.id ? null : (
        <Item icon="people" label={`Become ${account.username}`} onPress={() => becomeMember(account.username)} />
      )}
      {channelId === null ? null : <AppsMenu kind={CommandKind.user} channelId={channelId} targetId={userId} />}
    </>
  );
}
