import { systemClock } from '../../kernel/clock.ts';
import { actNames, commit } from './acts.ts';
import type { Books, Stage } from './stage.ts';
import { prices } from './stage.ts';

export interface AttackReport {
  acts: number;
  /** How often each kind of act ran. */
  kinds: Readonly<Record<string, number>>;
  /** Calls made to the paid provider. */
  calls: number;
  /** The price of the provider's work by its own count, in micro-dollars. */
  worth: number;
  /** The part of it that may have been under way when we hung up, in micro-dollars. */
  onItsWay: number;
  books: Books;
  /** Milliseconds until each complete answer to the neighbour. */
  neighbourMs: number[];
  peakMb: number;
}

/**
 * A provider that writes every 20 ms notices our hanging up one or two pieces late; a piece has this many tokens at
 * most.
 */
const PIECES_ON_THEIR_WAY = 2;
const MOST_TOKENS_OF_A_PIECE = 100;
/** Acts that run at the same time. */
const HANDS = 4;
const NEIGHBOUR_EVERY_MS = 1500;
/** The longest call takes 10 s, a job has three attempts, and ten may wait for each other. */
const REST_WITHIN_MS = 120_000;

/**
 * Runs `count` acts, every kind before any kind twice, while a neighbour keeps asking. Resolves when nothing is
 * running.
 */
export async function attackWith(stage: Stage, count: number): Promise<AttackReport> {
  const { attack, provider } = stage;
  const kinds: Record<string, number> = {};
  const plan = planOf(count, attack.random);
  const neighbourMs: number[] = [];
  let over = false;
  const neighbour = (async () => {
    while (!over) {
      neighbourMs.push(await stage.neighbourAsks());
      await systemClock.sleep(NEIGHBOUR_EVERY_MS);
    }
  })();
  const hand = async () => {
    for (let name = plan.shift(); name !== undefined; name = plan.shift()) {
      kinds[name] = (kinds[name] ?? 0) + 1;
      await commit(attack, name);
    }
  };
  try {
    await Promise.all(Array.from({ length: HANDS }, hand));
    await stage.rest(REST_WITHIN_MS);
  } finally {
    over = true;
  }
  await neighbour;
  return {
    acts: count,
    kinds,
    calls: provider.calls,
    worth: provider.worth(prices),
    onItsWay: provider.cutOff * PIECES_ON_THEIR_WAY * MOST_TOKENS_OF_A_PIECE * prices.outputMicros,
    books: await stage.books(),
    neighbourMs,
    peakMb: stage.peakMb(),
  };
}

function planOf(count: number, random: () => number): string[] {
  const plan: string[] = [];
  while (plan.length < count) {
    const left = [...actNames];
    while (left.length > 0) plan.push(...left.splice(Math.floor(random() * left.length), 1));
  }
  return plan.slice(0, count);
}
