import { Avatar } from '../../shared/avatar.tsx';
import { avatarAddress, memberAvatarAddress } from '../client/addresses.ts';
import { useClientState } from '../context.tsx';
import { displayName } from '../state/select.ts';
import type { User } from '../state/model.ts';

export interface UserAvatarProps {
  readonly user: Pick<User, 'id' | 'username' | 'avatar' | 'bot'>;
  readonly guildId: string | null;
  readonly size?: number;
  readonly withStatus?: boolean;
}

/** A known user's picture, with presence when asked. */
export function UserAvatar({ user, guildId, size = 40, withStatus = false }: UserAvatarProps) {
  const name = useClientState((state) =>
    user.id in state.users ? displayName(state, user.id, guildId) : user.username,
  );
  const status = useClientState((state) => state.presences[user.id]);
  const own = useClientState((state) => state.members[guildId ?? '']?.[user.id]?.avatar ?? null);
  const online = status !== undefined && status !== 'offline';
  return (
    <Avatar
      name={name}
      picture={pictureOf(user, guildId, own)}
      size={size}
      bot={user.bot ?? false}
      status={withStatus ? (online ? 'online' : 'away') : null}
    />
  );
}

/** The guild's own picture of a member first; null where there is none at all. */
function pictureOf(user: UserAvatarProps['user'], guildId: string | null, own: string | null): string | null {
  if (own !== null && guildId !== null) return memberAvatarAddress(guildId, user.id, own);
  return user.avatar === null ? null : avatarAddress(user.id, user.avatar);
}
