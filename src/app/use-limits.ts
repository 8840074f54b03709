import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/errors.ts';
import { clockMoment } from '../kernel/moments.ts';
import type { Db } from '../platform/postgres/index.ts';
import type { Limits, Rate } from '../services/limits/index.ts';
import { cooldownRate } from '../sdk/index.ts';
import type { Caller, UseLimit } from '../sdk/index.ts';

/** Heavy uses that run at once: one that waits for the database leaves the processor to another. */
const mostRunning = 2;
/** Heavy uses that wait for those; with a second for each, Discord still takes the answers of all. */
const mostWaiting = 20;
/** A cooldown is looked up again after so long: what failed, in whichever process, has given it back. */
const lookAgainMs = 1000;
/** Cooldowns that are remembered; more people than that do not export within a minute. */
const mostRemembered = 10_000;

interface UseLimitsOptions {
  limits: Pick<Limits, 'take' | 'giveBack'>;
  db: Db;
  clock: Clock;
}

/** A use that may be made. It has to be run, or its place stays taken. */
export interface AllowedUse {
  /** Runs it when its turn comes, and resolves or rejects as it does. A UserError gives the cooldown back. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export interface UseLimits {
  /**
   * Throws a UserError when this person used it too short a time ago (`errors.cooldown`), or when too much of its kind is
   * waiting in this process (`errors.busy`). The cooldown holds over all processes; refusing a flood costs a query a
   * second for each person.
   */
  take(limit: UseLimit | undefined, caller: Caller): Promise<AllowedUse>;
}

const unlimited: AllowedUse = { run: (work) => work() };

export function createUseLimits(options: UseLimitsOptions): UseLimits {
  const cooldowns = createCooldowns(options);
  const turns = createTurns();
  return {
    take: async (limit, { userId, instanceAdministrator }) => {
      if (!limit) return unlimited;
      const { name, heavy = false } = limit;
      const cooldownMs = instanceAdministrator && !heavy ? undefined : limit.cooldownMs;
      const rate = cooldownMs === undefined ? undefined : cooldownRate({ name, cooldownMs }, userId);
      // Before a turn is taken: a flood of one person's refusals leaves the turns to others.
      if (rate) cooldowns.checkKnown(rate);
      const turn = heavy ? turns.take() : undefined;
      let use = unlimited;
      try {
        if (rate) use = await cooldowns.take(rate);
      } catch (error) {
        turn?.end();
        throw error;
      }
      if (!turn) return use;
      return {
        run: async (work) => {
          try {
            await turn.begun;
            return await use.run(work);
          } finally {
            turn.end();
          }
        },
      };
    },
  };
}

interface Cooldowns {
  /** Throws a UserError for a cooldown that was looked up a moment ago. Asks nobody. */
  checkKnown(rate: Rate): void;
  /** Throws a UserError where the cooldown isn't over. */
  take(rate: Rate): Promise<AllowedUse>;
}

function createCooldowns({ limits, db, clock }: UseLimitsOptions): Cooldowns {
  const waits = new Map<string, Wait>();
  const remember = (key: string, untilMs: number): void => {
    const now = clock.now();
    if (waits.size >= mostRemembered) {
      for (const [known, wait] of waits) if (isOver(wait, now)) waits.delete(known);
      if (waits.size >= mostRemembered) waits.clear();
    }
    waits.set(key, { untilMs, lookedAtMs: now });
  };
  const cool = async (rate: Rate): Promise<void> => {
    // Until the answer, others need not ask.
    remember(rate.key, clock.now() + rate.periodMs);
    try {
      const result = await limits.take(db, [rate]);
      if (result.status === 'refused') {
        remember(rate.key, result.nextAtMs);
        throw tooSoon(result.nextAtMs);
      }
      waits.delete(rate.key);
    } catch (error) {
      if (!(error instanceof UserError)) waits.delete(rate.key);
      throw error;
    }
  };
  return {
    checkKnown: ({ key }) => {
      const known = waits.get(key);
      if (known && !isOver(known, clock.now())) throw tooSoon(known.untilMs);
    },
    take: async (rate) => {
      await cool(rate);
      const takenByMs = clock.now();
      return {
        run: async (work) => {
          try {
            return await work();
          } catch (error) {
            // Without the database it ends by itself, and the person is told what failed.
            if (error instanceof UserError)
              await limits.giveBack(db, { key: rate.key, takenByMs }).catch(() => undefined);
            throw error;
          }
        },
      };
    },
  };
}

/** What is known of a cooldown. */
interface Wait {
  untilMs: number;
  lookedAtMs: number;
}

const isOver = ({ untilMs, lookedAtMs }: Wait, now: number): boolean =>
  untilMs <= now || lookedAtMs + lookAgainMs <= now;

const tooSoon = (nextAtMs: number) => new UserError('errors.cooldown', 'too soon', { when: clockMoment(nextAtMs) });

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
