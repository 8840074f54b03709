import type { Limit, Purse } from '../ledger/index.ts';
import type { Rate } from '../limits/index.ts';

/** Who asks. */
export interface Caller {
  userId: string;
  /** The name shown in the guild, else the global one. */
  displayName: string;
  /** Empty in a DM. */
  roleIds: readonly string[];
  /** Discord permission bits in the channel; null in a DM. */
  permissions: bigint | null;
  instanceAdministrator: boolean;
}

/** Where it is asked. */
export interface AccessPlace {
  guildId: string | null;
  channelId: string;
}

/**
 * Who may use a command at least. `moderator` can manage messages in the channel, `guild-administrator` can manage the
 * server; in a DM both are everyone, since the DM is the caller's own. Instance administrators may do everything.
 */
export type Access = 'everyone' | 'moderator' | 'guild-administrator' | 'instance-administrator';

/** Everything that can be asked of the bot. */
export type Action =
  | { kind: 'feature'; feature: string }
  | { kind: 'command'; feature: string; name: string; access: Access }
  | { kind: 'component'; feature: string; name: string; access: Access }
  | { kind: 'job'; feature: string; name: string }
  | { kind: 'route'; feature: string; name: string; access: Access }
  | { kind: 'tool'; feature: string; name: string }
  | { kind: 'model'; id: string };

export type Decision =
  | { allowed: true; /** `role member`. */ rule: string }
  | {
      allowed: false;
      /** `rank`: the command asks for more; `policy`: no role of the caller has it; `tightened`: guild or channel took it. */
      because: 'rank' | 'policy' | 'tightened';
      /** Whose it would be, when `because` is `rank`. */
      needed: Access;
      rule: string;
    };

/** One figure of a policy and where it comes from; null is no limit. */
export interface Figure {
  value: number | null;
  rule: string;
}

export const figureNames = [
  'requestsPerMinute',
  'requestsPerHour',
  'freeMicrosPerDay',
  'tokensPerDay',
  'tokensPerWeek',
  'tokensPerMonth',
  'imagesPerDay',
] as const;
export type FigureName = (typeof figureNames)[number];

/** What applies to one caller in one place. */
export interface Policy {
  userId: string;
  administrator: boolean;
  /** The instance roles that the caller has, in the order of the settings. */
  roles: readonly string[];
  /** Patterns by kind with the role that gives each; `*` matches anything but a slash at its place, `**` nothing special. */
  allows: Readonly<Record<'models' | 'features' | 'commands' | 'tools', readonly { pattern: string; rule: string }[]>>;
  /** What guild and channel leave of it: every entry must match too. */
  only: Readonly<
    Record<'models' | 'features' | 'commands' | 'tools', readonly { patterns: readonly string[]; rule: string }[]>
  >;
  figures: Readonly<Record<FigureName, Figure>>;
}

/** One place decides who may do what: slash, prefix, components, API and tools ask here. From memory, so it is cheap. */
export interface AccessService {
  policy(caller: Caller, place: AccessPlace): Policy;
  decide(caller: Caller, place: AccessPlace, action: Action): Decision;
  /** Requests per minute and hour; none for administrators. */
  rates(policy: Policy): Rate[];
  /** Free money per day, tokens per week, pictures per day. */
  purses(policy: Policy): Purse[];
  /** The caller's own further limits: tokens per day and month. */
  limits(policy: Policy): Limit[];
  administrators: ReadonlySet<string>;
}
