import { periods } from '../../kernel/calendar.ts';
import type { Period } from '../../kernel/calendar.ts';
import type { Clock } from '../../kernel/clock.ts';
import { UserError } from '../../kernel/errors.ts';
import { formatMicros, microsOfUsd } from '../../kernel/money.ts';
import type { BudgetsConfig } from '../../platform/config/index.ts';
import type { Limit } from '../ledger/index.ts';
import type { SettingsService } from '../settings/index.ts';
import type { Budget, BudgetPlace, Budgets, BudgetScope, BudgetSetter, Pause } from './port.ts';
import { createBudgetStore, isAmount } from './store.ts';
import type { BudgetStore } from './store.ts';

interface BudgetsOptions {
  config: BudgetsConfig;
  settings: SettingsService;
  clock: Clock;
}

type Pool = BudgetScope & { kind: 'instance' | 'guild' | 'channel' };

/** Needs no closing: the settings service keeps the stored values current. */
export function openBudgets({ config, settings, clock }: BudgetsOptions): Budgets {
  const store = createBudgetStore(settings);
  const inForce = (pause: Pause | undefined) => (pause && pause.untilMs > clock.now() ? pause : undefined);
  return {
    pools: (place) =>
      poolsOf(place).flatMap((scope) => periods.flatMap((period) => pool(config, store, scope, period))),
    personal: async (userId, db) => {
      const caps = await store.ofPerson(userId, db);
      const scope: BudgetScope = { kind: 'user', id: userId };
      return periods.flatMap((period) => budget(scope, period, caps[period], 'person') ?? []);
    },
    asLimits: (budgets) => budgets.map(asLimit),
    allowed: (scope, period) => (isPool(scope) ? allowed(config, store, scope, period) : undefined),
    set: async (scope, period, micros, by) => {
      if (!mayBeSetBy(scope, by)) throw new TypeError(`A budget of the ${scope.kind} can't be set by the ${by}.`);
      const most = by === 'guild' && isPool(scope) ? allowed(config, store, scope, period) : undefined;
      if (micros !== undefined) checkAmount(micros, most);
      await store.write(scope, period, by, micros);
    },
    warnAt: config.warnAt,
    downgrade: config.downgrade,
    paused: ({ guildId }) =>
      inForce(store.pause({ kind: 'instance', id: '' })) ??
      (guildId === null ? undefined : inForce(store.pause({ kind: 'guild', id: guildId }))),
    pauses: () => store.pauses().filter((pause) => inForce(pause)),
    pausedUntil: (scope) => store.pause(scope)?.untilMs ?? 0,
    pause: async (pause) => {
      const latest = store.pause(pause.scope);
      return inForce(latest) ? false : store.replacePause(latest, pause);
    },
    resume: async (scope) => {
      const latest = inForce(store.pause(scope));
      return latest ? store.replacePause(latest, { ...latest, untilMs: clock.now() }) : false;
    },
  };
}

function poolsOf({ guildId, channelId }: BudgetPlace): Pool[] {
  return [
    { kind: 'instance', id: '' },
    ...(guildId === null ? [] : [{ kind: 'guild', id: guildId } as const]),
    ...(channelId === null ? [] : [{ kind: 'channel', id: channelId } as const]),
  ];
}

const isPool = (scope: BudgetScope): scope is Pool => scope.kind !== 'user';

function mayBeSetBy({ kind }: BudgetScope, by: BudgetSetter): boolean {
  return by === 'person' ? kind === 'user' : by === 'guild' ? kind === 'guild' || kind === 'channel' : kind !== 'user';
}

function checkAmount(micros: number, most: Budget | undefined): void {
  if (!isAmount(micros)) throw new RangeError(`${String(micros)} is not a valid budget in micro-dollars.`);
  if (most && micros > most.micros) {
    throw new UserError('budgets.too-high', 'more than is allowed', { most: formatMicros(most.micros) });
  }
}

function asLimit({ scope, period, micros, source }: Budget): Limit {
  const rule = source === 'person' ? 'personal cap' : `budget ${scope.kind}`;
  return { holder: { kind: scope.kind, id: scope.id }, unit: 'micros', period, cap: micros, rule };
}

function budget(
  scope: BudgetScope,
  period: Period,
  micros: number | undefined,
  source: Budget['source'],
): Budget | undefined {
  return micros === undefined ? undefined : { scope, period, micros, source };
}

/** The lower of the owner's value and the guild administrators' own. Without an owner's value, theirs applies. */
function pool(config: BudgetsConfig, store: BudgetStore, scope: Pool, period: Period): Budget[] {
  const most = allowed(config, store, scope, period);
  const own = budget(scope, period, store.read(scope, 'guild')[period], 'guild');
  const counts = own && (!most || own.micros < most.micros) ? own : most;
  return counts ? [counts] : [];
}

function allowed(config: BudgetsConfig, store: BudgetStore, scope: Pool, period: Period): Budget | undefined {
  const commanded = budget(scope, period, store.read(scope, 'instance')[period], 'command');
  return commanded ?? budget(scope, period, configured(config, scope, period), 'settings');
}

const settingOf = { day: 'dayUsd', week: 'weekUsd', month: 'monthUsd' } as const;

function configured(config: BudgetsConfig, { kind, id }: Pool, period: Period): number | undefined {
  const setting = settingOf[period];
  const named = kind === 'guild' ? config.guilds[id]?.[setting] : config.channels[id]?.[setting];
  const general = kind === 'guild' ? config.guild[setting] : undefined;
  const usd = kind === 'instance' ? config.instance[setting] : named === undefined ? general : named;
  return usd === undefined || usd === null ? undefined : microsOfUsd(usd);
}
