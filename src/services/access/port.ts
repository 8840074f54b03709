import type { Db } from '../../platform/postgres/index.ts';
import type { Limit, Allowance } from '../ledger/index.ts';
import type { Rate } from '../limits/index.ts';

/** The user of a command, component or route. */
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

export interface AccessPlace {
  guildId: string | null;
  channelId: string;
}

/**
 * The rank that a command needs. `moderator`: can manage messages in the channel. `guild-administrator`: can manage the
 * server. In a DM everyone has both ranks, since it's their own. Instance administrators may do everything. `always`:
 * everyone, whatever roles and restrictions say, for what people are entitled to.
 */
export type Access = 'always' | 'everyone' | 'moderator' | 'guild-administrator' | 'instance-administrator';

/** Roles grant these, by patterns of names. */
export const grantKinds = ['models', 'features', 'commands', 'tools'] as const;
export type GrantKind = (typeof grantKinds)[number];

/** Every kind of request that access decides about. */
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

/** One figure of a policy and the rule that it comes from; null means no limit. */
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
  'imageStorageMb',
] as const;
export type FigureName = (typeof figureNames)[number];

/** Figures that instance administrators can set for one person. */
export const ownFigureNames = ['imagesPerDay', 'imageStorageMb'] as const satisfies readonly FigureName[];
export type OwnFigureName = (typeof ownFigureNames)[number];

/** The rules for one caller in one place. */
export interface Policy {
  userId: string;
  administrator: boolean;
  /** The caller's instance roles: everyone's first, then in the order of the settings. */
  roles: readonly string[];
  /**
   * Patterns with the role that grants each. `*` stands for any text without a slash; at the end of a pattern it stands
   * for any text: `openai/*` is every model of openai.
   */
  allows: Readonly<Record<GrantKind, readonly { pattern: string; rule: string }[]>>;
  /** Restrictions by guild and channel: a name must also match one pattern of every entry. */
  only: Readonly<Record<GrantKind, readonly { patterns: readonly string[]; rule: string }[]>>;
  figures: Readonly<Record<FigureName, Figure>>;
}

/** The free money per day of everyone's role, and of the roles that give more. Null means no limit. */
export interface EveryonesFree {
  micros: number | null;
  /** Set by command, which overrides the settings. */
  byCommand: boolean;
  more: readonly { role: string; micros: number | null }[];
}

/**
 * The one place that decides who may do what: slash, prefix, components, API and tools ask here. Decides from memory,
 * so it's cheap.
 *
 * Several roles add up, and each figure is the most generous. Guild and channel only restrict (for a thread, its
 * channel too), and never restrict instance administrators. A command, component, job, tool or route also needs its
 * feature to be allowed.
 */
export interface AccessService {
  policy(caller: Caller, place: AccessPlace): Policy;
  /**
   * The same with the figures that were set for this person, which replace those of their roles; guild and channel still
   * restrict them. Reads in the caller's transaction when `db` is one.
   */
  ownPolicy(caller: Caller, place: AccessPlace, db?: Db): Promise<Policy>;
  decide(caller: Caller, place: AccessPlace, action: Action): Decision;
  /**
   * Whether these instance roles (`Policy.roles` at an earlier time) may use a model or tool in a place. For workers,
   * which don't see the caller.
   */
  isGranted(
    subject: Pick<Policy, 'roles' | 'administrator'>,
    place: AccessPlace,
    kind: 'models' | 'tools',
    name: string,
  ): boolean;
  /**
   * A figure of somebody who had these instance roles (`Policy.roles` at an earlier time), with what was set for them. For
   * workers, which don't see the caller.
   */
  figureOf(
    subject: Pick<Policy, 'userId' | 'roles' | 'administrator'>,
    place: AccessPlace,
    name: FigureName,
  ): Promise<Figure>;
  /** What was set for one person. */
  own(userId: string): Promise<Partial<Record<OwnFigureName, number | null>>>;
  /** Sets a figure for one person, null being no limit; undefined resets it to that of their roles. */
  setOwn(userId: string, name: OwnFigureName, value: number | null | undefined): Promise<void>;
  /** Requests per minute and hour; none for administrators. */
  rates(policy: Policy): Rate[];
  /** Free money per day, tokens per week, pictures per day. */
  allowances(policy: Policy): Allowance[];
  /** The caller's further limits: tokens per day and month. */
  limits(policy: Policy): Limit[];
  everyonesFree(): EveryonesFree;
  /** Sets it for everyone's role and the roles that inherit it; undefined resets it to the settings. */
  setEveryonesFree(micros: number | undefined): Promise<void>;
  administrators: ReadonlySet<string>;
  /** All instance roles, everyone's first. */
  roleNames: readonly string[];
}
