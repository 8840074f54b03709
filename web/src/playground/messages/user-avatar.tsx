import { Avatar } from '../../shared/avatar.tsx';
import { avatarAddress } from '../client/addresses.ts';
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
  const online = status !== undefined && status !== 'offline';
  return (
    <Avatar
      name={name}
      picture={user.avatar === null ? null : avatarAddress(user.id, user.avatar)}
      size={size}
      bot={user.bot ?? false}
      status={withStatus ? (online ? 'online' : 'away') : null}
    />
  );
}
