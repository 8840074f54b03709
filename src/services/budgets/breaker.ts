import type { Clock } from '../../kernel/clock.ts';
import type { Db } from '../../platform/postgres/index.ts';
import type { Audit } from '../audit/index.ts';
import type { Ledger } from '../ledger/index.ts';
import { findRunaway, reasonOf } from './breaker-rules.ts';
import type { BreakerConfig, RecentUse, Runaway } from './breaker-rules.ts';
import type { Budgets, Pause, PauseScope } from './port.ts';

interface BreakerOptions {
  ledger: Pick<Ledger, 'recent'>;
  budgets: Pick<Budgets, 'paused' | 'pausedUntil' | 'pause'>;
  audit: Pick<Audit, 'record'>;
  db: Db;
  clock: Clock;
  config: BreakerConfig;
  /** Called once per pause, in the process that began it. Must not reject. */
  tell: (pause: Pause, runaway: Runaway) => Promise<void>;
}

/** Stops runaway spending: loops, bots that answer bots, storms of retries. */
export interface Breaker {
  /**
   * Pauses each guild, and the instance, whose use within the window exceeds the settings. Returns the pauses that it
   * began. Use from before the end of an earlier pause is ignored, so that resuming lasts. Call it every few seconds,
   * in any number of processes.
   */
  check(): Promise<Pause[]>;
}

export function createBreaker(options: BreakerOptions): Breaker {
  return {
    check: async () => {
      const begun: Pause[] = [];
      for (const { scope, runaway } of await runaways(options)) {
        const pause = await begin(options, scope, runaway);
        if (pause) begun.push(pause);
      }
      return begun;
    },
  };
}

const instance: PauseScope = { kind: 'instance', id: '' };

async function runaways(options: BreakerOptions): Promise<{ scope: PauseScope; runaway: Runaway }[]> {
  const { ledger, budgets, clock, config } = options;
  const windowBeganMs = clock.now() - config.windowMinutes * 60_000;
  // Scopes that were paused within the window look back to the end of their own pause only.
  const reads = new Map<number, ReturnType<Ledger['recent']>>();
  const since = (sinceMs: number) => {
    const read = reads.get(sinceMs) ?? ledger.recent(sinceMs);
    reads.set(sinceMs, read);
    return read;
  };
  const startMs = (...scopes: PauseScope[]) =>
    Math.max(windowBeganMs, ...scopes.map((scope) => budgets.pausedUntil(scope)));
  const guilds = (await since(windowBeganMs)).flatMap(({ guildId }) =>
    guildId === null ? [] : [{ kind: 'guild', id: guildId } as const],
  );
  const found: { scope: PauseScope; runaway: Runaway }[] = [];
  for (const scope of [...guilds, instance]) {
    if (budgets.paused({ guildId: scope.kind === 'guild' ? scope.id : null })) continue;
    const uses = await since(scope.kind === 'guild' ? startMs(scope, instance) : startMs(instance));
    const own = scope.kind === 'guild' ? uses.filter(({ guildId }) => guildId === scope.id) : uses;
    const runaway = findRunaway(scope.kind, sum(own), config);
    if (runaway) found.push({ scope, runaway });
  }
  return found;
}

function sum(uses: readonly RecentUse[]): RecentUse {
  return {
    micros: uses.reduce((total, { micros }) => total + micros, 0),
    calls: uses.reduce((total, { calls }) => total + calls, 0),
  };
}

async function begin(options: BreakerOptions, scope: PauseScope, runaway: Runaway): Promise<Pause | undefined> {
  const { budgets, audit, db, clock, config, tell } = options;
  const sinceMs = clock.now();
  const reason = reasonOf(runaway, config.windowMinutes);
  const pause: Pause = { scope, reason, sinceMs, untilMs: sinceMs + config.pauseMinutes * 60_000 };
  if (!(await budgets.pause(pause))) return undefined;
  await audit.record(db, {
    actorId: 'familiar',
    action: 'pause',
    outcome: 'done',
    targetId: scope.kind === 'guild' ? scope.id : 'instance',
    guildId: scope.kind === 'guild' ? scope.id : null,
    channelId: null,
    reason,
    details: { by: runaway.by, used: runaway.used, limit: runaway.limit, untilMs: pause.untilMs },
  });
  await tell(pause, runaway);
  return pause;
}
