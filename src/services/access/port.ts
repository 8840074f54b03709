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
 * `always` is everyone, whatever roles give and places take: what people are entitled to.
 */
export type Access = 'always' | 'everyone' | 'moderator' | 'guild-administrator' | 'instance-administrator';

/** What roles allow, by patterns of names. */
export const grantKinds = ['models', 'features', 'commands', 'tools'] as const;
export type GrantKind = (typeof grantKinds)[number];

/** Everything that can be asked of the bot. */
export type Action =
  | { kind: 'feature'; feature: string }
  | { kind: 'command'; feature: string; name: string; access: Access }
  | { kind: 'component'; feature: string; name: string; access: Access }
  | { kind: 'job'; feature: string; name: string }
  /** A route of the app itself (health, metrics) belongs to no feature. */
  | { kind: 'route'; feature: string | null; name: string; access: Access }
  | { kind: 'tool'; feature: string; name: string }
  | { kind: 'model'; id: string };

export type Decision =
  | { allowed: true; /** `role member`. */ rule: string }
  /** The action asks for more than the caller is here: it would be `needed`'s. */
  | { allowed: false; because: 'rank'; needed: Access; rule: string }
  /** `policy`: no role of the caller gives it; `tightened`: guild or channel took it. `missing` is what is not allowed. */
  | { allowed: false; because: 'policy' | 'tightened'; missing: { kind: GrantKind; name: string }; rule: string };

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
  /** The instance roles that the caller has: everyone's first, then in the order of the settings. */
  roles: readonly string[];
  /**
   * Patterns with the role that gives each. `*` stands for any text without a slash, and at the end of a pattern for any
   * text: `openai/*` is every model of openai.
   */
  allows: Readonly<Record<GrantKind, readonly { pattern: string; rule: string }[]>>;
  /** What guild and channel leave of it: one pattern of every entry must match too. */
  only: Readonly<Record<GrantKind, readonly { patterns: readonly string[]; rule: string }[]>>;
  figures: Readonly<Record<FigureName, Figure>>;
}

/** The free money a day of everyone's role, and of the roles that give more. Null is no limit. */
export interface EveryonesFree {
  micros: number | null;
  /** Set by command, which wins over the settings. */
  byCommand: boolean;
  more: readonly { role: string; micros: number | null }[];
}

/**
 * One place decides who may do what: slash, prefix, components, API and tools ask here. From memory, so it is cheap.
 *
 * Several roles add up and each figure is the most generous; guild and channel only take away (a thread's channel counts
 * too), and take nothing from instance administrators. A command, component, job, tool or route needs its feature to be
 * allowed beside itself.
 */
export interface AccessService {
  policy(caller: Caller, place: AccessPlace): Policy;
  decide(caller: Caller, place: AccessPlace, action: Action): Decision;
  /**
   * Whether these instance roles (`Policy.roles` of an earlier moment) may use a model or a tool in a place: for workers,
   * which do not see the caller.
   */
  isGranted(
    subject: Pick<Policy, 'roles' | 'administrator'>,
    place: AccessPlace,
    kind: 'models' | 'tools',
    name: string,
  ): boolean;
  /** Requests per minute and hour; none for administrators. */
  rates(policy: Policy): Rate[];
  /** Free money per day, tokens per week, pictures per day. */
  purses(policy: Policy): Purse[];
  /** The caller's own further limits: tokens per day and month. */
  limits(policy: Policy): Limit[];
  everyonesFree(): EveryonesFree;
  /** Sets it for everyone's role and the roles that inherit it; undefined leaves it to the settings again. */
  setEveryonesFree(micros: number | undefined): Promise<void>;
  administrators: ReadonlySet<string>;
  /** Of every instance role, everyone's first. */
  roleNames: readonly string[];
}
