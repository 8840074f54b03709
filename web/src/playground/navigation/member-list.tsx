import { Icon } from '../../shared/icons.tsx';
import { UserAvatar } from '../messages/user-avatar.tsx';
import { useWholeState } from '../context.tsx';
import type { ClientState } from '../state/client-state.ts';
import type { Member } from '../state/model.ts';
import { displayName, memberColor, memberGroups } from '../state/select.ts';
import { useProfileOpeners } from '../messages/author-name.tsx';
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
  const openers = useProfileOpeners(member.userId, member.guildId);
  const user = state.users[member.userId];
  if (user === undefined) return null;
  const { guildId } = member;
  const color = memberColor(state, guildId, user.id);
  const status = state.presences[user.id];
  const statusText = state.statusTexts[user.id];
  const away = status === undefined || status === 'offline';
  return (
    <button
      type="button"
      className={styles.memberRow}
      data-away={away || undefined}
      aria-haspopup="dialog"
      aria-label={`${displayName(state, user.id, guildId)}${away ? ', away' : ''}`}
      {...openers}
    >
      <UserAvatar user={user} guildId={guildId} size={32} withStatus />
      <span style={color === null ? undefined : { color: `color-mix(in oklab, ${color} 78%, var(--text))` }}>
        {displayName(state, user.id, guildId)}
        {statusText === undefined ? null : <small>{statusText}</small>}
      </span>
      {user.bot === true ? <span className={styles.badge}>APP</span> : null}
      {state.guilds[guildId]?.ownerId === user.id ? <Icon name="crown" size={14} /> : null}
    </button>
  );
}
