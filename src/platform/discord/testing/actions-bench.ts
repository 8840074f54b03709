import { setImmediate as turn } from 'node:timers/promises';
import { vi } from 'vitest';
import { silentLogger, type Logger } from '../../../kernel/logger.ts';
import { createManualClock, type ManualClock } from '../../../testing/manual-clock.ts';
import { createActions } from '../actions.ts';
import { GlobalGate } from '../global-gate.ts';
import { DiscordHttp } from '../http.ts';
import type { DiscordActions } from '../index.ts';
import { Marks } from '../marks.ts';
import type { SubjectActions } from '../subjects.ts';
import type { Visits } from '../visits.ts';
import { Webhooks } from '../webhooks.ts';
import { startFakeApi, type FakeApi } from './fake-api.ts';

/** The actions against a fake of Discord's REST, with a clock that is turned by hand. */
export interface ActionsBench {
  clock: ManualClock;
  api: FakeApi;
  actions: DiscordActions;
  http: DiscordHttp;
  /** Turns the event loop until what is asked for is so. */
  until(condition: () => boolean): Promise<void>;
  /** Resolves when no request is under way. */
  settled(): Promise<void>;
  /** Moves time in small steps, giving requests over the wire the time to be answered. */
  pass(delayMs: number): Promise<void>;
  /** Moves time until the work is done. */
  whilePassing<T>(work: Promise<T>): Promise<T>;
  /** The same in leaps that leave answers behind, for work that waits long. */
  whileLeaping<T>(work: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const STEP_MS = 50;
const LEAP_MS = 100;
export const BEGIN_MS = 1_700_000_000_000;
export const APPLICATION = '1000000000000000001';

export async function startActionsBench(logger: Logger = silentLogger): Promise<ActionsBench> {
  const clock = createManualClock(BEGIN_MS);
  // The REST library keeps its own account of rate limits, by this time: real time would lag behind on a quick machine.
  const date = vi.spyOn(Date, 'now').mockImplementation(() => clock.now());
  const api = await startFakeApi(() => clock.now());
  const gate = new GlobalGate(clock);
  const http = new DiscordHttp({ token: 't', apiBase: api.base, clock, random: { next: () => 0.5 }, logger, gate });
  const onDmOpened = () => {};
  const fileOrigins = [new URL(api.base).origin];
  const marks = new Marks(http, clock, logger);
  const channelOf = () => Promise.resolve(undefined);
  const webhooks = new Webhooks({ http, clock, applicationId: APPLICATION, name: 'Familiar', channelOf });
  const actions = createActions({
    http,
    gate,
    marks,
    clock,
    logger,
    webhooks,
    // Nothing here is a visit.
    visits: {} as Visits,
    subjects: {} as SubjectActions,
    fileOrigins,
    onDmOpened,
  });
  /** Until no request is under way for some turns of the loop. */
  const settled = async () => {
    for (let seen = -1; seen !== api.requests.length; await new Promise((resolve) => setTimeout(resolve, 3))) {
      seen = api.requests.length;
    }
  };
  const bench: ActionsBench = {
    clock,
    api,
    actions,
    http,
    settled,
    until: async (condition) => {
      const deadline = performance.now() + 5000;
      while (!condition()) {
        if (performance.now() > deadline) throw new Error('it did not happen');
        await turn();
      }
    },
    pass: async (delayMs) => {
      for (let passedMs = 0; passedMs < delayMs; passedMs += STEP_MS) {
        await clock.advance(STEP_MS);
        await settled();
      }
    },
    whilePassing: (work) => untilDone(work, () => bench.pass(STEP_MS)),
    whileLeaping: (work) => untilDone(work, () => clock.advance(LEAP_MS)),
    close: async () => {
      await http.close();
      await api.close();
      date.mockRestore();
    },
  };
  return bench;
}

async function untilDone<T>(work: Promise<T>, step: () => Promise<void>): Promise<T> {
  let done = false;
  const result = work.finally(() => (done = true));
  result.catch(() => {});
  while (!done) await step();
  return result;
}
