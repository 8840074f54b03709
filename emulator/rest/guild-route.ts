import type { Caller, Core, StoredGuild } from '../contract.ts';
import type { ApiRequest, ApiRouter, HttpMethod } from '../http/router.ts';
import { joinedGuild, requireInGuild } from './access.ts';

export type GuildRequest = ApiRequest<Caller> & { guild: StoredGuild };

interface GuildRoute {
  method: HttpMethod;
  /** With `{guild_id}` in it. */
  path: string;
  /** The permissions that the caller has to have in the guild. */
  needs?: bigint;
  handler: (request: GuildRequest) => unknown;
}

/** A route for members of the guild in its path: 10004 when there is none, 50001 for others, 50013 without what it needs. */
export function guildRoute(api: ApiRouter, core: Core, { method, path, needs, handler }: GuildRoute): void {
  api.route({
    method,
    path,
    auth: 'any',
    handler: (request) => {
      const guild = joinedGuild(core, request.caller, request.params['guild_id']);
      if (needs !== undefined) requireInGuild(core, request.caller, guild, needs);
      return handler({ ...request, guild });
    },
  });
}
