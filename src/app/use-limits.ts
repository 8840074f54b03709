import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/errors.ts';
import type { Db } from '../platform/postgres/index.ts';
import type { Limits } from '../services/limits/index.ts';
import type { Caller, UseLimit } from '../sdk/index.ts';

/** Heavy uses that run at once: one that waits for the database leaves the processor to another. */
const mostRunning = 2;
/** Heavy uses that wait for those; with a second for each, Discord still takes the answers of all. */
const mostWaiting = 20;
/** Cooldowns that are remembered; more people than that do not export within a minute. */
const mostRemembered = 10_000;

interface UseLimitsOptions {
  limits: Limits;
  db: Db;
  clock: Clock;
}

/** A use that may be made. It has to be run, or its place stays taken. */
export interface AllowedUse {
  /** Runs it when its turn comes, and resolves or rejects as it does. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export interface UseLimits {
  /**
   * Throws a UserError when this person used it too short a time ago (`errors.cooldown`), or when too much of its kind is
   * waiting in this process (`errors.busy`). The cooldown holds over all processes; refusing a flood costs no query.
   */
  take(limit: UseLimit | undefined, caller: Caller): Promise<AllowedUse>;
}

const unlimited: AllowedUse = { run: (work) => work() };

export function createUseLimits({ limits, db, clock }: UseLimitsOptions): UseLimits {
  const untilMs = new Map<string, number>();
  const turns = createTurns();

  const remember = (key: string, atMs: number): void => {
    if (untilMs.size >= mostRemembered) {
      for (const [known, knownMs] of untilMs) if (knownMs <= clock.now()) untilMs.delete(known);
      if (untilMs.size >= mostRemembered) untilMs.clear();
    }
    untilMs.set(key, atMs);
  };
  const cool = async (name: string, cooldownMs: number, userId: string): Promise<void> => {
    const key = `user:${userId}/cooldown/${name}`;
    remember(key, clock.now() + cooldownMs);
    try {
      const result = await limits.take(db, [{ key, count: 1, periodMs: cooldownMs, rule: `cooldown of ${name}` }]);
      if (result.status === 'taken') return;
      remember(key, result.nextAtMs);
      throw tooSoon(result.nextAtMs);
    } catch (error) {
      if (!(error instanceof UserError)) untilMs.delete(key);
      throw error;
    }
  };

  return {
    take: async (limit, { userId, instanceAdministrator }) => {
      if (!limit) return unlimited;
      const { name, heavy = false } = limit;
      const cooldownMs = instanceAdministrator && !heavy ? undefined : limit.cooldownMs;
      const waitsUntilMs = cooldownMs === undefined ? 0 : (untilMs.get(`user:${userId}/cooldown/${name}`) ?? 0);
      if (waitsUntilMs > clock.now()) throw tooSoon(waitsUntilMs);
      const turn = heavy ? turns.take() : undefined;
      try {
        if (cooldownMs !== undefined) await cool(name, cooldownMs, userId);
      } catch (error) {
        turn?.end();
        throw error;
      }
      if (!turn) return unlimited;
      return {
        run: async (work) => {
          try {
            await turn.begun;
            return await work();
          } finally {
            turn.end();
          }
        },
      };
    },
  };
}

const tooSoon = (nextAtMs: number) =>
  new UserError('errors.cooldown', 'too soon', { when: `<t:${Math.ceil(nextAtMs / 1000)}:R>` });

interface Turn {
  begun: Promise<void>;
  end(): void;
}

/** A few run, and a bounded number wait in order. */
function createTurns(): { take(): Turn } {
  let running = 0;
  const waiting: { begin: () => void }[] = [];
  return {
    take: () => {
      if (running >= mostRunning && waiting.length >= mostWaiting)
        throw new UserError('errors.busy', 'too much at once');
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
      const turn = { begin };
      if (running < mostRunning) {
        running += 1;
        begin();
      } else {
        waiting.push(turn);
      }
      let ended = false;
      const end = () => {
        if (ended) return;
        ended = true;
        const place = waiting.indexOf(turn);
        if (place >= 0) {
          waiting.splice(place, 1);
          return;
        }
        const next = waiting.shift();
        if (next) next.begin();
        else running -= 1;
      };
      return { begun, end };
    },
  };
}
