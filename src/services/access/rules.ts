import { PermissionFlagsBits } from 'discord-api-types/v10';
import { microsOfUsd } from '../../kernel/money.ts';
import { builtInRoles } from '../../platform/config/index.ts';
import type { AccessSettings, RoleSettings, Tightening } from '../../platform/config/index.ts';
import { matches, matchesCommand } from './patterns.ts';
import { figureNames, grantKinds } from './port.ts';
import type { Access, AccessPlace, Action, Caller, Decision, Figure, FigureName, GrantKind, Policy } from './port.ts';

const needed = {
  moderator: PermissionFlagsBits.ManageMessages,
  'guild-administrator': PermissionFlagsBits.ManageGuild,
} as const;

/** Whether the caller's rank is enough, regardless of their roles. */
export function mayUse(access: Access, caller: Pick<Caller, 'instanceAdministrator' | 'permissions'>): boolean {
  if (access === 'always' || access === 'everyone' || caller.instanceAdministrator) return true;
  if (access === 'instance-administrator') return false;
  if (caller.permissions === null) return true;
  return holdsAny(caller.permissions, needed[access]);
}

/** Discord's administrators have every permission. */
function holdsAny(held: bigint, wanted: bigint): boolean {
  return (held & (wanted | PermissionFlagsBits.Administrator)) !== 0n;
}

type Grants = { [Kind in GrantKind]?: readonly { pattern: string; rule: string }[] };

/** An instance role with its inherited fields filled in. */
export interface Role {
  name: string;
  grants: Grants;
  /** Only the figures that the role gives. */
  figures: Readonly<Partial<Record<FigureName, Figure>>>;
  /** True for everyone, or for instance administrators, regardless of what else the role names. */
  everyones: boolean;
  administrators: boolean;
  users: ReadonlySet<string>;
  discordRoles: ReadonlySet<string>;
  /** Permission bits; one of them is enough. */
  permissions: bigint;
}

/** The role of instance administrators. */
const administratorRole = 'administrator';
const baseRole = 'member';

/**
 * Every role: everyone's first, then in the order of the settings, the built-in ones last. Values set by command
 * override the settings of everyone's role.
 */
export function compileRoles(settings: AccessSettings, byCommand: Tightening = {}): Role[] {
  const written = Object.keys(settings.roles).filter((name) => name !== settings.default);
  const administrators = written.includes(administratorRole) ? [] : [administratorRole];
  return [settings.default, ...written, ...administrators].map((name) => compileRole(settings, name, byCommand));
}

function compileRole(settings: AccessSettings, name: string, byCommand: Tightening): Role {
  const own: RoleSettings = settings.roles[name] ?? {};
  return {
    name,
    ...fieldsOf(sourcesOf(settings, name, byCommand)),
    everyones: name === settings.default,
    administrators: name === administratorRole,
    users: new Set(own.users),
    discordRoles: new Set(own.discordRoles),
    permissions: (own.permissions ?? []).reduce((bits, permission) => bits | PermissionFlagsBits[permission], 0n),
  };
}

interface Source {
  rule: string;
  fields: Tightening;
}

/** The sources of a role's fields, nearest first: itself, the roles it inherits from, the defaults. */
function sourcesOf(settings: AccessSettings, name: string, byCommand: Tightening): Source[] {
  const chain: string[] = [];
  for (let next: string | undefined = name; next !== undefined; next = settings.roles[next]?.inherits) chain.push(next);
  const written = chain.flatMap((from) => {
    const fields = settings.roles[from];
    const rule = ruleOf(name, from);
    return [
      ...(from === settings.default ? [{ rule: `${rule}, set by command`, fields: byCommand }] : []),
      ...(fields ? [{ rule, fields }] : []),
    ];
  });
  const base = name === settings.default ? [baseRole] : [];
  const builtIn = [...chain, ...base].flatMap((from) => {
    const fills = from === administratorRole || base.includes(from) || settings.roles[from] === undefined;
    const fields: RoleSettings | undefined = fills ? builtInRoles[from] : undefined;
    const rule = `default for ${from}s`;
    return fields ? [{ rule: name === from ? rule : `role ${name}, ${rule}`, fields }] : [];
  });
  return [...written, ...builtIn];
}

const ruleOf = (name: string, from: string) => (name === from ? `role ${name}` : `role ${name}, from ${from}`);

function fieldsOf(sources: readonly Source[]): Pick<Role, 'grants' | 'figures'> {
  const grants: Grants = {};
  for (const kind of grantKinds) {
    const source = sources.find(({ fields }) => fields[kind] !== undefined);
    if (source) grants[kind] = (source.fields[kind] ?? []).map((pattern) => ({ pattern, rule: source.rule }));
  }
  const figures: Partial<Record<FigureName, Figure>> = {};
  for (const name of figureNames) {
    const source = sources.find(({ fields }) => figureIn(fields, name) !== undefined);
    if (source) figures[name] = { value: figureIn(source.fields, name) ?? null, rule: source.rule };
  }
  return { grants, figures };
}

/** Undefined when it's not set; null means no limit. */
function figureIn(fields: Tightening, name: FigureName): number | null | undefined {
  if (name !== 'freeMicrosPerDay') return fields[name];
  const usd = fields.dailyFreeUsd;
  return typeof usd === 'number' ? microsOfUsd(usd) : usd;
}

/** The roles of a caller. Roles by Discord role or permission don't apply in direct messages. */
export function rolesOf(roles: readonly Role[], caller: Caller, place: AccessPlace): Role[] {
  return roles.filter((role) => reasonOf(role, caller, place) !== undefined);
}

/** The reason why a caller has a role; undefined when they don't have it. */
export function reasonOf(role: Role, caller: Caller, { guildId }: AccessPlace): string | undefined {
  if (role.everyones) return 'everyone has it';
  if (role.administrators && caller.instanceAdministrator) return 'instance administrator';
  if (role.users.has(caller.userId)) return 'by user id';
  if (guildId === null) return undefined;
  const discordRole = caller.roleIds.find((id) => role.discordRoles.has(id));
  if (discordRole !== undefined) return `Discord role ${discordRole}`;
  const holds = role.permissions !== 0n && holdsAny(caller.permissions ?? 0n, role.permissions);
  return holds ? 'Discord permission' : undefined;
}

/** The roles of a caller with the reason for each, everyone's first. */
export function explainRoles(settings: AccessSettings, caller: Caller, place: AccessPlace) {
  return compileRoles(settings).flatMap((role) => {
    const why = reasonOf(role, caller, place);
    return why === undefined ? [] : [{ name: role.name, why }];
  });
}

/** A restriction by a guild or channel. */
export interface Restriction {
  /** `guild 1`, `channel 2, by command`. */
  rule: string;
  fields: Tightening;
}

export type Shape = Pick<Policy, 'roles' | 'allows' | 'only' | 'figures'>;

/** Combines roles, each figure being the most generous, then applies the restrictions. `roles` includes everyone's. */
export function shapeOf(roles: readonly Role[], restrictions: readonly Restriction[]): Shape {
  const byKind = <Value>(value: (kind: GrantKind) => Value) =>
    Object.fromEntries(grantKinds.map((kind) => [kind, value(kind)])) as Record<GrantKind, Value>;
  return {
    roles: roles.map(({ name }) => name),
    allows: byKind((kind) => withoutRepetition(roles.flatMap(({ grants }) => grants[kind] ?? []))),
    only: byKind((kind) => restrictions.flatMap(({ rule, fields }) => onlyOf(fields[kind], rule))),
    figures: Object.fromEntries(
      figureNames.map((name) => [name, figureOf(name, roles, restrictions)]),
    ) as Shape['figures'],
  };
}

function withoutRepetition<Entry extends { pattern: string }>(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ pattern }, index) => entries.findIndex((other) => other.pattern === pattern) === index);
}

function onlyOf(patterns: readonly string[] | undefined, rule: string) {
  return patterns === undefined ? [] : [{ patterns, rule }];
}

const height = ({ value }: Figure) => value ?? Infinity;

function figureOf(name: FigureName, roles: readonly Role[], restrictions: readonly Restriction[]): Figure {
  const given = roles.map(({ figures }) => figures[name]).filter((figure) => figure !== undefined);
  const most = given.reduce((a, b) => (height(b) > height(a) ? b : a));
  return restricted(name, most, restrictions);
}

/** A figure as guild and channel leave it. */
export function restricted(name: FigureName, figure: Figure, restrictions: readonly Restriction[]): Figure {
  const taken = restrictions.map(({ rule, fields }): Figure => ({ value: figureIn(fields, name) ?? null, rule }));
  return taken.reduce((a, b) => (height(b) < height(a) ? b : a), figure);
}

/** Whether roles and places allow an action to a caller of sufficient rank. */
export function decideBy(
  policy: Policy,
  caller: Pick<Caller, 'instanceAdministrator' | 'permissions'>,
  action: Action,
): Decision {
  if ('access' in action && !mayUse(action.access, caller)) {
    return { allowed: false, because: 'rank', needed: action.access, rule: `for ${action.access}` };
  }
  if (caller.instanceAdministrator) return { allowed: true, rule: 'instance administrator' };
  if ('access' in action && action.access === 'always') return { allowed: true, rule: 'everyone, always' };
  let rule = 'everyone';
  for (const missing of wantedBy(action)) {
    const { kind, name } = missing;
    const fits = kind === 'commands' ? matchesCommand : matches;
    const giving = policy.allows[kind].find(({ pattern }) => fits(pattern, name));
    if (!giving)
      return { allowed: false, because: 'policy', missing, rule: policy.roles.map((one) => `role ${one}`).join(', ') };
    const restriction = policy.only[kind].find(({ patterns }) => !patterns.some((pattern) => fits(pattern, name)));
    if (restriction) return { allowed: false, because: 'tightened', missing, rule: restriction.rule };
    rule = giving.rule;
  }
  return { allowed: true, rule };
}

/** The names that an action needs, its own last. */
function wantedBy(action: Action): { kind: GrantKind; name: string }[] {
  if (action.kind === 'model') return [{ kind: 'models', name: action.id }];
  const feature = action.feature === null ? [] : [{ kind: 'features' as const, name: action.feature }];
  if (action.kind === 'command') return [...feature, { kind: 'commands', name: action.name }];
  if (action.kind === 'tool') return [...feature, { kind: 'tools', name: action.name }];
  return feature;
}
