import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Logger } from '../../kernel/logger.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { testDatabase } from '../../testing/postgres.ts';
import type { TestDatabase } from '../../testing/postgres.ts';
import { CommandRegistration, readRegistration } from './command-registration.ts';
import { discordMigrations } from './create.ts';
import { APPLICATION, BEGIN_MS, startActionsBench } from './testing/actions-bench.ts';
import type { ActionsBench } from './testing/actions-bench.ts';
import type { FakeAnswer } from './testing/fake-api.ts';

const minuteMs = 60_000;
const commands = [{ name: 'ping', description: 'Pong' }];

let database: TestDatabase;
let bench: ActionsBench;
let registration: CommandRegistration;
let lines: { fields: object; message: string }[];
beforeAll(async () => {
  database = await testDatabase({ migrations: [discordMigrations] });
});
afterAll(() => database.close());
beforeEach(async () => {
  bench = await startActionsBench();
  lines = [];
  const logger: Logger = { ...silentLogger, error: (fields, message) => void lines.push({ fields, message }) };
  const { http, clock } = bench;
  const context = { http, clock, logger, postgres: database.postgres, random: { next: () => 1 } };
  registration = new CommandRegistration({ ...context, applicationId: APPLICATION });
});
afterEach(async () => {
  await registration.stop();
  await bench.close();
});

const puts = () => bench.api.requests.filter(({ method }) => method === 'PUT').length;
const answersPut = (answer: FakeAnswer) => {
  bench.api.intercept = ({ method }) => (method === 'GET' ? { body: [] } : answer);
};
const kept = () => readRegistration(database.postgres.db, APPLICATION);
const page = { status: 200, body: '<h1>Hello</h1>', headers: { 'content-type': 'text/html' } };

it.each<[string, FakeAnswer, number, RegExp]>([
  ['a limit of the day', { status: 400, body: { code: 30034, message: 'Max', retry_after: 7200 } }, 120, /Max/],
  ['a limit of the day without a time', { status: 400, body: { code: 30034, message: 'Max' } }, 60, /Max/],
  ['an unknown application', { status: 404, body: { code: 10002, message: 'Unknown Application' } }, 0.5, /Unknown/],
  ['a list that is rejected', { status: 400, body: { code: 50035, message: 'Too long' } }, 0.5, /Too long/],
  ['no access', { status: 403, body: { code: 50001, message: 'Missing Access' } }, 0.5, /Missing Access/],
  ['a page', page, 0.5, /something else answered/],
])('after %s it says so, and tries again when that makes sense', async (_what, answer, minutes, why) => {
  answersPut(answer);
  await bench.whilePassing(registration.start(commands));
  const asked = puts();
  const state = await kept();
  expect(state).toMatchObject({ outcome: 'failed', detail: expect.stringMatching(why) as string });
  expect(state && state.nextTryMs && Math.round((state.nextTryMs - state.atMs) / 1000)).toBe(minutes * 60);
  expect(lines.map(({ message }) => message)).toEqual([expect.stringContaining('could not be registered')]);
  await bench.clock.advance(minutes * minuteMs - 1000);
  expect(puts()).toBe(asked);
  answersPut({ body: [] });
  await bench.whileLeaping(expect.poll(kept).toMatchObject({ outcome: 'registered', nextTryMs: null }));
  expect(puts()).toBe(asked + 1);
  await bench.clock.advance(48 * 60 * minuteMs);
  expect(puts()).toBe(asked + 1);
});

it('waits longer after each failure, an hour at most', async () => {
  answersPut({ status: 404, body: { code: 10002, message: 'Unknown Application' } });
  await bench.whilePassing(registration.start(commands));
  const waits: number[] = [];
  for (let time = 0; time < 9; time += 1) {
    const { nextTryMs, atMs } = (await kept()) ?? { nextTryMs: 0, atMs: BEGIN_MS };
    waits.push(((nextTryMs ?? 0) - atMs) / minuteMs);
    const before = puts();
    await bench.clock.advance((nextTryMs ?? 0) - bench.clock.now());
    await bench.until(() => puts() === before + 1);
    await expect.poll(async () => (await kept())?.atMs).toBe(nextTryMs);
  }
  expect(waits).toEqual([0.5, 1, 2, 4, 8, 16, 32, 60, 60]);
});

it('names the command that Discord rejects, and registers the others', async () => {
  const bad = { index: 1, errors: { 1: { name: { _errors: [{ code: 'BAD', message: 'No such name.' }] } } } };
  bench.api.intercept = ({ method, body }) => {
    if (method === 'GET') return { body: [] };
    const names = (body as unknown as { name: string }[]).map(({ name }) => name);
    return names[bad.index] === 'bad'
      ? { status: 400, body: { code: 50035, message: 'Invalid Form Body', errors: bad.errors } }
      : { body: [] };
  };
  await bench.whilePassing(registration.start([...commands, { name: 'bad', description: 'Bad' }]));
  expect(await kept()).toMatchObject({ outcome: 'partly', detail: 'Discord rejects /bad (name[BAD]: No such name.)' });
  expect(puts()).toBe(2);
});

it('ends when it is asked to, while it waits', async () => {
  answersPut({ status: 404, body: { code: 10002, message: 'Unknown Application' } });
  await bench.whilePassing(registration.start(commands));
  await registration.stop();
  const before = puts();
  await bench.clock.advance(60 * minuteMs);
  expect(puts()).toBe(before);
});
