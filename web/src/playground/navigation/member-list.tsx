import { type MouseEvent } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { UserAvatar } from '../messages/user-avatar.tsx';
import { useWholeState } from '../context.tsx';
import type { ClientState } from '../state/client-state.ts';
import type { Member } from '../state/model.ts';
import { displayName, memberColor, memberGroups } from '../state/select.ts';
import { useActions } from '../use-actions.ts';
import styles from './navigation.module.css';

/** The guild's members below their roles. */
export function MemberList({ guildId }: { readonly guildId: string }) {
  const state = useWholeState();
  return (
    <aside className={styles.members} aria-label="Members">
      {memberGroups(state, guildId).map((group) => (
        <section key={group.title}>
          <h2>
            {group.title} <span>{group.members.length}</span>
          </h2>
          <ul>
            {group.members.map((member) => (
              <li key={member.userId}>
                <MemberRow state={state} member={member} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </aside>
  );
}

function MemberRow({ state, member }: { readonly state: ClientState; readonly member: Member }) {
  const actions = useActions();
  const user = state.users[member.userId];
  if (user === undefined) return null;
  const { guildId } = member;
  const color = memberColor(state, guildId, user.id);
  const status = state.presences[user.id];
  const away = status === undefined || status === 'offline';
  const open = (event: MouseEvent): void => {
    event.preventDefault();
    const box = event.currentTarget.getBoundingClientRect();
    const x = event.clientX === 0 ? box.left + 20 : event.clientX;
    actions.openMenu(x, event.clientY === 0 ? box.bottom : event.clientY, { kind: 'user', userId: user.id, guildId });
  };
  return (
    <button
      type="button"
      className={styles.memberRow}
      data-away={away || undefined}
      aria-haspopup="menu"
      aria-label={`${displayName(state, user.id, guildId)}${away ? ', away' : ''}`}
      onClick={open}
      onContextMenu={open}
    >
      <UserAvatar user={user} guildId={guildId} size={32} withStatus />
      <span style={color === null ? undefined : { color: `color-mix(in oklab, ${color} 78%, var(--text))` }}>
        {displayName(state, user.id, guildId)}
      </span>
      {user.bot === true ? <span className={styles.badge}>APP</span> : null}
      {state.guilds[guildId]?.ownerId === user.id ? <Icon name="crown" size={14} /> : null}
    </button>
  );
}
