import { GatewayCloseCodes } from 'discord-api-types/v10';
import type { Core, StoredSession, StoredUser } from '../contract.ts';
import { asksForDisallowedIntents, knownIntents } from './intents.ts';

/** Discord closes with 4011 above this many guilds in one shard. */
const maximumGuildsPerShard = 2_500;

export interface Refusal {
  code: GatewayCloseCodes;
  reason: string;
}

export interface Identity {
  user: StoredUser;
  intents: number | null;
  shard: StoredSession['shard'];
  presence: unknown;
  /** Whether long frames may come compressed, each for itself. */
  compress: boolean;
}

/** Whose token this is; bots may write `Bot ` before it, people may not. */
export function userOfToken(core: Core, token: unknown): StoredUser | null {
  if (typeof token !== 'string') return null;
  const bare = token.replace(/^Bot\s+/i, '');
  const user = core.world.userByToken(bare);
  return user && (user.bot || bare === token) ? user : null;
}

/** Checks the data of op 2 in Discord's order: token, shard, intents. */
export function checkIdentify(core: Core, data: unknown): Identity | Refusal {
  if (typeof data !== 'object' || data === null) {
    return { code: GatewayCloseCodes.DecodeError, reason: 'Error while decoding payload.' };
  }
  const { token, intents, shard, presence, ...rest } = data as Record<string, unknown>;
  const compress = rest['compress'] === true;
  const user = userOfToken(core, token);
  if (!user) return { code: GatewayCloseCodes.AuthenticationFailed, reason: 'Authentication failed.' };
  const checkedShard = checkShard(shard ?? [0, 1]);
  if (!checkedShard) return { code: GatewayCloseCodes.InvalidShard, reason: 'Invalid shard.' };
  if (!user.bot) return { user, intents: null, shard: checkedShard, presence, compress };
  if (core.world.guildsOf(user.id).length / checkedShard[1] > maximumGuildsPerShard) {
    return { code: GatewayCloseCodes.ShardingRequired, reason: 'Sharding required.' };
  }
  if (typeof intents !== 'number' || !Number.isInteger(intents) || intents < 0 || (intents & ~knownIntents) !== 0) {
    return { code: GatewayCloseCodes.InvalidIntents, reason: 'Invalid intent(s).' };
  }
  const application = user.applicationId === null ? undefined : core.world.applications.get(user.applicationId);
  if (application && asksForDisallowedIntents(intents, application)) {
    return { code: GatewayCloseCodes.DisallowedIntents, reason: 'Disallowed intent(s).' };
  }
  return { user, intents, shard: checkedShard, presence, compress };
}

function checkShard(value: unknown): StoredSession['shard'] | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [id, count] = value as unknown[];
  if (typeof id !== 'number' || typeof count !== 'number') return null;
  return Number.isInteger(id) && Number.isInteger(count) && id >= 0 && count > id ? [id, count] : null;
}
