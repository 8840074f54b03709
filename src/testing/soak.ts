import { errorMessage } from '../kernel/errors.ts';
import { act } from './soak-people.ts';
import { checkBooks } from './soak-books.ts';
import type { Books } from './soak-books.ts';
import { checkPrompts } from './soak-prompts.ts';
import type { Prompts } from './soak-prompts.ts';
import { checkScreen } from './soak-screen.ts';
import type { Screen } from './soak-screen.ts';
import type { SoakSize, Step } from './soak-script.ts';
import { writeScript } from './soak-script.ts';
import type { SoakStage } from './soak-stage.ts';
import { prepareTroubles } from './soak-troubles.ts';
import type { Troubles } from './soak-troubles.ts';
import { eventsBehind, livingJobs, tellJobs, until, untilHeard, untilInSession, untilQuiet } from './soak-watch.ts';

const READY_WITHIN_MS = 60_000;
/** From the last message to the last answer. */
const QUIET_WITHIN_MS = 180_000;
/** People don't write endlessly without an answer, and Discord keeps no more events for a missing session. */
const MOST_WAITING = 30;
const MOST_BEHIND = 300;
const HEARD_WITHIN_MS = 60_000;

export interface Soak {
  amiss: string[];
  screen: Screen;
  prompts: Prompts;
  books: Books;
  /** All messages of people. */
  messages: number;
  questions: number;
  edited: number;
  deleted: number;
  repeated: number;
  kills: number;
  durationMs: number;
}

/** Plays the whole script, waits until everything has ended, stops the bot and checks what is left. */
export async function playSoak(stage: SoakStage, random: () => number, size: SoakSize): Promise<Soak> {
  const troubles = prepareTroubles(stage);
  await untilInSession(stage, READY_WITHIN_MS);
  await introduce(stage, size);
  const beganAt = performance.now();
  const unrest = await playAll(stage, troubles, writeScript(random, size));
  const durationMs = performance.now() - beganAt;
  const errors = await stage.stopBot();
  const { record, providers, postgres } = stage;
  const screen = checkScreen(stage);
  const prompts = checkPrompts(providers, record);
  const books = await checkBooks(postgres);
  return {
    amiss: [...unrest, ...errors, ...books.amiss, ...prompts.amiss, ...screen.amiss],
    screen,
    prompts,
    books,
    messages: record.utterances.length,
    questions: record.utterances.filter(({ isQuestion }) => isQuestion).length,
    edited: record.utterances.filter(({ wordings }) => wordings.length > 1).length,
    deleted: record.utterances.filter(({ deletedAt }) => Number.isFinite(deletedAt)).length,
    repeated: troubles.repeated,
    kills: [stage.gateway, ...stage.workers].reduce((sum, { kills }) => sum + kills, 0),
    durationMs,
  };
}

/** A bot learns of a direct channel by a message in it. In known ones it can look up what it missed. */
async function introduce(stage: SoakStage, { direct }: SoakSize): Promise<void> {
  for (let person = 0; person < direct; person += 1) {
    await act(stage, { kind: 'asks', person, where: { direct: person }, way: 'mention', repeat: 'never', chance: 0 });
  }
  await untilQuiet(stage, READY_WITHIN_MS);
}

/** Resolves with what kept it from ending: the remaining state says more. */
async function playAll(stage: SoakStage, troubles: Troubles, steps: readonly Step[]): Promise<string[]> {
  try {
    for (const step of steps) {
      await untilKeptUp(stage);
      await play(stage, troubles, step);
    }
    await troubles.over();
    await untilQuiet(stage, QUIET_WITHIN_MS);
    return [];
  } catch (error) {
    return [errorMessage(error), ...(await tellJobs(stage))];
  }
}

async function play(stage: SoakStage, troubles: Troubles, step: Step): Promise<void> {
  if (step.kind === 'trouble') {
    // A bot that loses its session never learns about changes of messages that it hasn't received yet.
    if (step.trouble === 'invalidate') await untilHeard(stage, HEARD_WITHIN_MS);
    return troubles.strike(step.trouble, step.chance);
  }
  if ('repeat' in step) troubles.repeatNext(step.repeat);
  return act(stage, step);
}

async function untilKeptUp(stage: SoakStage): Promise<void> {
  await until(QUIET_WITHIN_MS, async () => {
    const jobs = await livingJobs(stage);
    if (jobs > MOST_WAITING) return `${jobs} jobs wait`;
    const behind = await eventsBehind(stage);
    // Between two sessions no events are kept for it.
    return behind > MOST_BEHIND && Number.isFinite(behind) ? `${behind} events wait` : undefined;
  });
}
