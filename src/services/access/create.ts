import type { Period } from '../../kernel/calendar.ts';
import { MICROS_PER_USD } from '../../kernel/money.ts';
import type { AccessSettings, Tightening } from '../../platform/config/index.ts';
import { tighteningSchema } from '../../platform/config/index.ts';
import type { SettingsService } from '../settings/index.ts';
import type { Limit, Allowance, Unit } from '../ledger/index.ts';
import type { Rate } from '../limits/index.ts';
import type { AccessPlace, AccessService, Caller, EveryonesFree, Figure, Policy } from './port.ts';
import { matches } from './patterns.ts';
import { createOwnFigures } from './own-figures.ts';
import type { OwnFigures } from './own-figures.ts';
import { compileRoles, decideBy, rolesOf, shapeOf } from './rules.ts';
import type { Role, Shape, Restriction } from './rules.ts';

/** Guilds' and channels' own restrictions are stored under this name. Their keys are those of the settings file. */
const settingsName = 'access';
const instanceScope = '';

/** There are few: one per set of roles and place with its own rules. */
const mostShapes = 10_000;

interface AccessOptions {
  config: AccessSettings;
  /** User ids. */
  administrators: readonly string[];
  settings: Pick<SettingsService, 'peek' | 'onChange' | 'set' | 'forUser'>;
  /** The channel that a thread is in, from memory; undefined for other channels. */
  parentOfThread: (channelId: string) => string | undefined;
  /**
   * Use in the running period from before the person's data was deleted. It reduces what they get now, so deleting
   * one's data doesn't reset allowances. 0 by default.
   */
  usedBefore?: (userId: string, unit: Unit, period: Period) => number;
}

type UsedBefore = NonNullable<AccessOptions['usedBefore']>;

export function createAccess(options: AccessOptions): AccessService {
  const { settings } = options;
  const compile = () =>
    compileRoles(options.config, readTightening(settings.peek(settingsName, 'instance', instanceScope) ?? {}));
  let roles = compile();
  const administrators = new Set(options.administrators);
  const { usedBefore = () => 0 } = options;
  const shapes = new Map<string, Shape>();
  settings.onChange(() => {
    roles = compile();
    shapes.clear();
  });

  const shape = (held: readonly Role[], administrator: boolean, place: AccessPlace): Shape => {
    const places = administrator ? [] : rulesAt(options, place);
    const key = [...held.map(({ name }) => name), '', ...places.map(({ scope, id }) => `${scope}/${id}`)].join(' ');
    const known = shapes.get(key);
    if (known) return known;
    if (shapes.size >= mostShapes) shapes.clear();
    const made = shapeOf(
      held,
      places.flatMap(({ restrictions }) => restrictions()),
    );
    shapes.set(key, made);
    return made;
  };
  const ownFigures = createOwnFigures(settings, (place) =>
    rulesAt(options, place).flatMap(({ restrictions }) => restrictions()),
  );
  const policy = (caller: Caller, place: AccessPlace): Policy => ({
    userId: caller.userId,
    administrator: caller.instanceAdministrator,
    ...shape(rolesOf(roles, caller, place), caller.instanceAdministrator, place),
  });

  return {
    administrators,
    roleNames: roles.map(({ name }) => name),
    policy,
    ownPolicy: (caller, place, db) => ownFigures.added(policy(caller, place), place, db),
    own: (userId) => ownFigures.of(userId),
    setOwn: (userId, name, value) => ownFigures.set(userId, name, value),
    decide: (caller, place, action) => decideBy(policy(caller, place), caller, action),
    ...forWorkers({ roles: () => roles, shape, ownFigures }),
    rates: ratesOf,
    allowances: (of) => allowancesOf(of, usedBefore),
    limits: (of) => limitsOf(of, usedBefore),
    everyonesFree: () => everyonesFree(roles),
    setEveryonesFree: (micros) =>
      settings.set(
        settingsName,
        'instance',
        instanceScope,
        'dailyFreeUsd',
        micros === undefined ? undefined : micros / MICROS_PER_USD,
      ),
  };
}

interface WorkerRules {
  roles: () => readonly Role[];
  shape: (held: readonly Role[], administrator: boolean, place: AccessPlace) => Shape;
  ownFigures: OwnFigures;
}

/** What is decided by the roles that a request was admitted with. */
function forWorkers({ roles, shape, ownFigures }: WorkerRules): Pick<AccessService, 'isGranted' | 'figureOf'> {
  const heldBy = ({ roles: names, administrator }: Pick<Policy, 'roles' | 'administrator'>): Role[] =>
    roles().filter(
      ({ name, everyones, administrators: isTheirs }) =>
        everyones || names.includes(name) || (administrator && isTheirs),
    );
  return {
    isGranted: (subject, place, kind, name) => {
      if (subject.administrator) return true;
      const { allows, only } = shape(heldBy(subject), false, place);
      const fits = (pattern: string) => matches(pattern, name);
      return allows[kind].some(({ pattern }) => fits(pattern)) && only[kind].every((one) => one.patterns.some(fits));
    },
    figureOf: async ({ userId, ...subject }, place, name) => {
      const { administrator } = subject;
      const { figures } = shape(heldBy(subject), administrator, place);
      return (await ownFigures.added({ userId, administrator, figures }, place)).figures[name];
    },
  };
}

function everyonesFree(roles: readonly Role[]): EveryonesFree {
  const figure = (role: Role | undefined) => role?.figures.freeMicrosPerDay;
  const [everyones, ...others] = roles;
  const { value = 0, rule = '' } = figure(everyones) ?? {};
  const most = value ?? Infinity;
  return {
    micros: value,
    byCommand: rule.endsWith(', set by command'),
    more: others.flatMap((role) => {
      const own = figure(role);
      return own && (own.value ?? Infinity) > most ? [{ role: role.name, micros: own.value }] : [];
    }),
  };
}

interface PlaceRules {
  scope: 'guild' | 'channel';
  id: string;
  restrictions: () => Restriction[];
}

/** The places with their own rules that a channel belongs to: its guild, a thread's channel, and itself. */
function rulesAt({ config, settings, parentOfThread }: AccessOptions, place: AccessPlace): PlaceRules[] {
  const channels = [parentOfThread(place.channelId), place.channelId].filter((id) => id !== undefined);
  const scopes = [
    ...(place.guildId === null ? [] : [{ scope: 'guild' as const, id: place.guildId, written: config.guilds }]),
    ...channels.map((id) => ({ scope: 'channel' as const, id, written: config.channels })),
  ];
  return scopes.flatMap(({ scope, id, written }) => {
    const fields = Object.hasOwn(written, id) ? written[id] : undefined;
    const byCommand = settings.peek(settingsName, scope, id);
    if (!fields && !byCommand) return [];
    const restrictions = () => [
      ...(fields ? [{ rule: `${scope} ${id}`, fields }] : []),
      ...(byCommand ? [{ rule: `${scope} ${id}, by command`, fields: readTightening(byCommand) }] : []),
    ];
    return [{ scope, id, restrictions }];
  });
}

/** Values that were set by command and are still valid under the schema. */
function readTightening(values: Readonly<Record<string, unknown>>): Tightening {
  const allowed = Object.entries(values).filter(([key, value]) => tighteningSchema.safeParse({ [key]: value }).success);
  return tighteningSchema.parse(Object.fromEntries(allowed));
}

const minuteMs = 60_000;

function ratesOf({ userId, administrator, figures }: Policy): Rate[] {
  if (administrator) return [];
  const { requestsPerMinute: minute, requestsPerHour: hour } = figures;
  return [
    { key: `user:${userId}/requests/minute`, count: minute.value, periodMs: minuteMs, rule: minute.rule },
    { key: `user:${userId}/requests/hour`, count: hour.value, periodMs: 60 * minuteMs, rule: hour.rule },
  ].flatMap((rate) => (rate.count === null ? [] : [{ ...rate, count: rate.count }]));
}

function allowancesOf({ userId, figures }: Policy, usedBefore: UsedBefore): Allowance[] {
  const { freeMicrosPerDay: money, tokensPerWeek: tokens, imagesPerDay: images } = figures;
  const allowance = (unit: Unit, period: Period, { value, rule }: Figure): Allowance => ({
    ...{ unit, period, rule },
    amount: value === null ? null : Math.max(0, value - usedBefore(userId, unit, period)),
  });
  return [allowance('micros', 'day', money), allowance('tokens', 'week', tokens), allowance('images', 'day', images)];
}

function limitsOf({ userId, figures }: Policy, usedBefore: UsedBefore): Limit[] {
  const holder = { kind: 'user' as const, id: userId };
  return (['day', 'month'] as const).flatMap((period) => {
    const { value, rule } = period === 'day' ? figures.tokensPerDay : figures.tokensPerMonth;
    if (value === null) return [];
    const cap = Math.max(0, value - usedBefore(userId, 'tokens', period));
    return [{ holder, unit: 'tokens' as const, period, cap, rule }];
  });
}
