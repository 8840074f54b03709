import { checkpoints } from '../kernel/checkpoints.ts';
import type { Checkpoint } from '../kernel/checkpoints.ts';
import { systemClock } from '../kernel/clock.ts';
import { checkMoney } from './kill-money.ts';
import type { Bill } from './kill-money.ts';
import { answersAmiss, askMeanwhile, askSeveral, PIECES, SEVERAL } from './kill-questions.ts';
import type { Question } from './kill-questions.ts';
import type { Crash, KillStage } from './kill-stage.ts';
import type { Program } from './processes.ts';

/** After a restart, every question must be answered within this time. */
export const ANSWERED_WITHIN_MS = 20_000;
/** After this time something is taken to be missing. It is long, because a slow machine isn't a failure. */
const NEVER_MS = 90_000;
const LOOK_AGAIN_MS = 50;

/**
 * A time at which a process surely reaches this checkpoint. A recovering process is sure of one complete answer and its
 * summary.
 */
function crashAt(checkpoint: Checkpoint, chance: number, { recovering }: { recovering: boolean }): Crash {
  const answers = recovering ? 1 : SEVERAL;
  const times = checkpoint === 'streaming' ? answers * PIECES : answers;
  return { checkpoint, time: 1 + Math.floor(chance * times) };
}

/** Rounds at every checkpoint in turn; in every third one the bot ends again while it recovers. */
export function crashPlan(rounds: number, random: () => number): Crash[][] {
  const nth = (index: number) => checkpoints[index % checkpoints.length] ?? 'admitted';
  return Array.from({ length: rounds }, (_, round) => {
    const crashes = [crashAt(nth(round), random(), { recovering: false })];
    const second = nth(Math.floor(random() * checkpoints.length));
    if (round % 3 === 2) crashes.push(crashAt(second, random(), { recovering: true }));
    return crashes;
  });
}

/**
 * Two rounds with as few processes as possible: the bot ends at some of the checkpoints, every second time while it
 * recovers, and once between a summary and its charge.
 */
export function crashSample(random: () => number): Crash[][] {
  const others = checkpoints
    .filter((checkpoint) => checkpoint !== 'summarised')
    .map((checkpoint) => ({ checkpoint, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ checkpoint }) => checkpoint);
  const [first = 'admitted', second = 'begun', third = 'held'] = others;
  const round = (...names: Checkpoint[]) =>
    names.map((checkpoint, index) => crashAt(checkpoint, random(), { recovering: index > 0 }));
  return [round(first, second), round('summarised', third)];
}

export const namesOf = (crashes: readonly Crash[]): string =>
  crashes.map(({ checkpoint, time }) => `${checkpoint}:${time}`).join(', ');

export interface Round {
  bill: Bill;
  /** From the last start to the last answer. */
  elapsedMs: number;
}

/**
 * Several people ask; the bot ends at each of these crashes in turn, and a member asks each time that it is down. Then
 * it runs until everyone has seen one complete answer and no job is left, and the charges are checked. Rejects with the
 * violations.
 */
export async function crashRound(stage: KillStage, name: string, crashes: readonly Crash[]): Promise<Round> {
  const questions: Question[] = [];
  for (const [index, crash] of crashes.entries()) {
    const bot = await stage.start(crash, { wait: index === 0 });
    if (index === 0) questions.push(...(await askSeveral(stage, name, [5, 15, 30])));
    await untilKilled(bot, crash);
    questions.push(await askMeanwhile(stage, `${name}-${index}d`));
  }
  const restartedAt = performance.now();
  const bot = await stage.start(undefined, { wait: false });
  await untilAnswered(stage, bot, questions);
  const elapsedMs = performance.now() - restartedAt;
  const bill = await settleUp(stage, bot, questions, { crashes: crashes.length, refusable: false });
  // Nothing is left to do, and an orderly stop takes longer.
  await bot.kill();
  return { bill, elapsedMs };
}

/** Asks once in every place and waits until all is done, so each later answer is followed by a summary. */
export async function warmUp(stage: KillStage): Promise<void> {
  const bot = await stage.start();
  const questions = [...(await askSeveral(stage, 'first', [5, 5, 5])), await askMeanwhile(stage, 'first-d')];
  await untilAnswered(stage, bot, questions);
  await untilNothingIsDue(stage, bot);
  // Not killed: Node stores its compile cache only at an orderly end, and every later process uses it.
  await bot.stop();
}

/** Rejects when the process doesn't end at its checkpoint. */
export async function untilKilled(bot: Program, { checkpoint, time }: Crash): Promise<void> {
  const enough = new AbortController();
  const late = systemClock.sleep(NEVER_MS, enough.signal).catch(() => undefined);
  const end = await Promise.race([bot.ended, late]);
  enough.abort();
  if (end && 'signal' in end && end.signal === 'SIGKILL') return;
  const state = end ? `it ended with ${JSON.stringify(end)}` : 'it lives';
  throw new Error(`The bot did not kill itself at ${checkpoint}:${time}: ${state}.\n${bot.output()}`);
}

/** Rejects with what is wrong with the answers after the time limit. */
export async function untilAnswered(
  stage: KillStage,
  bot: Program,
  questions: readonly Question[],
  options = { refusable: false },
): Promise<void> {
  for (const deadline = performance.now() + NEVER_MS; ; await systemClock.sleep(LOOK_AGAIN_MS)) {
    const left = await answersAmiss(stage, questions, options);
    if (left.length === 0) return;
    if (performance.now() > deadline) throw new Error(`${left.join('\n')}\nThe bot said:\n${bot.output()}`);
  }
}

/** Waits until no job is left, then checks the money. */
export async function settleUp(
  stage: KillStage,
  bot: Program,
  questions: readonly Question[],
  expected: { crashes: number; refusable: boolean },
): Promise<Bill> {
  await untilNothingIsDue(stage, bot);
  return checkMoney(stage, questions, expected);
}

/** An answer is on the screen before its job is done. */
export async function untilNothingIsDue({ look }: KillStage, bot: Program): Promise<void> {
  await look(async ({ db }) => {
    for (const deadline = performance.now() + NEVER_MS; ; await systemClock.sleep(LOOK_AGAIN_MS)) {
      const living = db.selectFrom('queue_job').select('kind').where('state', 'in', ['waiting', 'active']);
      // Planned jobs wait for their time.
      const due = await living.where('queue', '!=', 'schedules').execute();
      if (due.length === 0) return;
      if (performance.now() > deadline) throw new Error(`${due.length} jobs do not end.\n${bot.output()}`);
    }
  });
}
