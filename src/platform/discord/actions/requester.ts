import { PermissionFlagsBits } from 'discord-api-types/v10';
import { VendorError } from '../../../kernel/errors.ts';
import { discordCodes, MissingPermission } from '../errors.ts';
import type { DiscordHttp } from '../http.ts';
import { discordLimits } from '../limits.ts';
import { clip } from '../payload.ts';
import { ALL_PERMISSIONS } from '../permissions.ts';
import type { CachedGuild, DiscordCache } from '../port.ts';
import type { Reasoned } from '../subjects.ts';
import { checkMember } from '../visits.ts';

export type Permission = keyof typeof PermissionFlagsBits;

type Request = Parameters<DiscordHttp['request']>[0];
type Asked = Omit<Request, 'repeatable' | 'reason'> & Reasoned & { repeatable?: boolean };

interface RequesterOptions {
  http: DiscordHttp;
  cache: Pick<DiscordCache, 'guild' | 'selfPermissions'>;
  selfUserId: string;
  /** Whether the application has the Server Members Intent. */
  listsMembers: boolean;
}

/** Asks Discord for a feature: checks what the cache can tell, and says why in the server's audit log. */
export class Requester {
  readonly #options: RequesterOptions;

  constructor(options: RequesterOptions) {
    this.#options = options;
  }

  /** Resolves to what Discord answers. All but making something new can be asked twice. */
  ask<T extends object>({ reason, ...request }: Asked): Promise<T> {
    return this.#options.http.ask<T>({ repeatable: request.method !== 'POST', ...request, ...reasonOf(reason) });
  }

  async run({ reason, ...request }: Asked): Promise<void> {
    await this.#options.http.request({ repeatable: request.method !== 'POST', ...request, ...reasonOf(reason) });
  }

  /** Rejects with a MissingPermission when the bot is known to lack one of these in the whole server. */
  async needInGuild(guildId: string, ...permissions: readonly Permission[]): Promise<void> {
    const guild = await this.#options.cache.guild(guildId);
    if (guild) check(heldInGuild(guild, this.#options.selfUserId), permissions);
  }

  /** As `needInGuild` in a channel; rejects with `discord/not-member` in a visit. */
  async needIn(channelId: string, ...permissions: readonly Permission[]): Promise<void> {
    checkMember(channelId);
    const held = await this.#options.cache.selfPermissions(channelId);
    // What the cache knows nothing of, Discord decides.
    if (held !== 0n) check(held, permissions);
  }

  needMembers(): void {
    if (this.#options.listsMembers) return;
    const why = 'members are listed only with the Server Members Intent, which is off for this application';
    throw new VendorError(discordCodes.membersIntent, why, { retryable: false });
  }
}

function reasonOf(reason: string | undefined): { reason?: string } {
  return reason === undefined || reason === '' ? {} : { reason: clip(reason, discordLimits.auditReasonLength) };
}

function heldInGuild({ id, ownerId, roles, selfRoleIds }: CachedGuild, selfUserId: string): bigint {
  if (ownerId === selfUserId) return ALL_PERMISSIONS;
  const held = [id, ...selfRoleIds].reduce((bits, roleId) => bits | (roles.get(roleId)?.permissions ?? 0n), 0n);
  return held & PermissionFlagsBits.Administrator ? ALL_PERMISSIONS : held;
}

function check(held: bigint, permissions: readonly Permission[]): void {
  const missing = permissions.find((name) => (held & PermissionFlagsBits[name]) === 0n);
  if (missing !== undefined) throw new MissingPermission(titleOf(missing));
}

/** As Discord's settings call them, where that is not their name with spaces. */
const titles: Partial<Record<Permission, string>> = {
  ManageGuild: 'Manage Server',
  ModerateMembers: 'Time out members',
  KickMembers: 'Kick, Approve, and Reject Members',
  CreateInstantInvite: 'Create Invite',
};

const titleOf = (name: Permission): string => titles[name] ?? name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ');

/** Query fields as text, without those left out. */
export function queryOf(fields: Readonly<Record<string, string | number | undefined>>): Record<string, string> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}
