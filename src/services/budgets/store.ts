import { z } from 'zod';
import { periods } from '../../kernel/calendar.ts';
import type { Period } from '../../kernel/calendar.ts';
import type { Json } from '../../kernel/json.ts';
import { MOST_MICROS } from '../../kernel/money.ts';
import type { Db } from '../../platform/postgres/index.ts';
import type { SettingsService } from '../settings/index.ts';
import type { BudgetScope, BudgetSetter, Pause, PauseScope } from './port.ts';

/** Budgets are stored under this name among the settings that commands set. */
const feature = 'budgets';

type Caps = Partial<Record<Period, number>>;

/** A guild administrator's value is stored beside the owner's, so that neither replaces the other. */
const keyOf = (period: Period, by: BudgetSetter): string => (by === 'guild' ? `guild-${period}` : period);

/** Amounts set by command, in micro-dollars. Invalid values (written by hand, or by a later version) are ignored. */
export interface BudgetStore {
  read(scope: BudgetScope & { kind: 'instance' | 'guild' | 'channel' }, by: 'instance' | 'guild'): Caps;
  ofPerson(userId: string, db?: Db): Promise<Caps>;
  write(scope: BudgetScope, period: Period, by: BudgetSetter, micros: number | undefined): Promise<void>;
  /** The latest pause of a scope, active or ended. */
  pause(scope: PauseScope): Pause | undefined;
  pauses(): Pause[];
  /** False unless `expected` is still the latest pause. */
  replacePause(expected: Pause | undefined, pause: Pause): Promise<boolean>;
}

const pauseSchema = z.object({
  scope: z.object({ kind: z.enum(['instance', 'guild']), id: z.string() }),
  reason: z.string(),
  sinceMs: z.number(),
  untilMs: z.number(),
});

/** All pauses are stored at the instance, so that they can be listed. */
const pauseKey = ({ kind, id }: PauseScope): string => `pause/${kind}/${id}`;

export function createBudgetStore(settings: SettingsService): BudgetStore {
  const instance = () => settings.peek(feature, 'instance', '') ?? {};
  const pauseOf = (value: Json | undefined) => pauseSchema.safeParse(value).data;
  return {
    read: ({ kind, id }, by) => capsIn(settings.peek(feature, kind, id), by),
    ofPerson: async (userId, db) => capsIn(await settings.forUser(feature, userId, db), 'person'),
    write: (scope, period, by, micros) => settings.set(feature, scope.kind, scope.id, keyOf(period, by), micros),
    pause: (scope) => pauseOf(instance()[pauseKey(scope)]),
    pauses: () =>
      Object.entries(instance()).flatMap(([key, value]) => (key.startsWith('pause/') ? (pauseOf(value) ?? []) : [])),
    replacePause: (expected, pause) => {
      const place = { feature, scope: 'instance', scopeId: '', key: pauseKey(pause.scope) } as const;
      return settings.replace(place, expected && asJson(expected), asJson(pause));
    },
  };
}

function capsIn(values: Readonly<Record<string, Json>> | undefined, by: BudgetSetter): Caps {
  if (!values) return {};
  const caps: Caps = {};
  for (const period of periods) {
    const micros = values[keyOf(period, by)];
    if (isAmount(micros)) caps[period] = micros;
  }
  return caps;
}

export function isAmount(micros: unknown): micros is number {
  return Number.isSafeInteger(micros) && (micros as number) >= 0 && (micros as number) <= MOST_MICROS;
}

const asJson = ({ scope, reason, sinceMs, untilMs }: Pause): Json => ({
  scope: { kind: scope.kind, id: scope.id },
  reason,
  sinceMs,
  untilMs,
});
