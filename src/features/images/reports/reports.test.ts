import { afterAll, afterEach, expect, it } from 'vitest';
import type { APIMessage } from 'discord-api-types/v10';
import { readRoles } from '../../../app/roles.ts';
import { abortable } from '../../../kernel/abortable.ts';
import { systemClock } from '../../../kernel/clock.ts';
import { fakeReplicate, fakeReport, otherSigningKey } from '../../../testing/draw/replicate.ts';
import { startDrawServer } from '../../../testing/draw/server.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';

const replicate = await startDrawServer(fakeReplicate);

/** How long the first look at a prediction waits, and the second: here until a report comes, or a test lets them go on. */
const waitsMs: readonly number[] = [2000, 3000];
const polling = Promise.withResolvers<void>();
const clock = {
  ...systemClock,
  sleep: (ms: number, signal?: AbortSignal) =>
    waitsMs.includes(ms) ? abortable(polling.promise, signal) : systemClock.sleep(ms, signal),
};

const bot = sharedBot({
  ...{ paced: false, clock },
  yaml: (_, __, { openaiBaseUrl }) => `
http: { publicUrl: 'https://bot.example.org/' }
providers:
  fake: { type: openai-compatible, baseUrl: '${openaiBaseUrl}', apiKeys: [test-key], models: [{ name: test-model }] }
  replicate: { type: replicate, baseUrl: '${replicate.origin}', apiKeys: [key-1, key-of-other-account] }
features:
  images: { channels: [art], prefixes: { '!': { model: replicate/google/imagen-4-fast } } }
`,
});
afterEach(() => replicate.reset());
afterAll(() => replicate.close());

const isImage = (message: APIMessage): boolean => message.attachments.length > 0;
const looks = () =>
  replicate.requests.filter(({ method, path }) => `${method} ${path}`.startsWith('GET /v1/predictions/'));

/** Asks for a drawing, and resolves to its id once the provider works on it. */
async function begin(prompt: string): Promise<string> {
  await bot.alice.says('#art', `!${prompt}`);
  await replicate.requested(/^POST .*\/predictions$/);
  const [job] = replicate.world.jobs.values();
  return job?.id ?? '';
}

/** Its next look finds the result. */
function complete(id: string): void {
  const job = replicate.world.jobs.get(id);
  if (job) job.looks = 1;
}

/** Posts to where the provider was told to report, at this port. */
async function post({ headers, body }: ReturnType<typeof fakeReport>, port = bot.app.port): Promise<number> {
  const asked = await replicate.requested(/^POST .*\/predictions$/);
  const { pathname } = new URL(String(asked.body['webhook']));
  const response = await fetch(`http://127.0.0.1:${port}${pathname}`, { method: 'POST', headers, body });
  return response.status;
}

it('shows an image as soon as its provider reports, which a repeated report does not change', async () => {
  const id = await begin('a cat');
  const [begun] = replicate.requests.filter(({ method }) => method === 'POST');
  expect(begun?.body).toMatchObject({ webhook: 'https://bot.example.org/api/images/reports/replicate' });
  complete(id);
  const report = fakeReport(id, clock.now());
  expect(await post(report)).toBe(204);
  await bot.alice.sees(isImage, { in: '#art', timeoutMs: 30_000 });
  expect(await post(report)).toBe(204);
  await bot.idle();
  expect(looks()).toHaveLength(1);
});

it('takes the report of whichever account draws, where the keys are of several', async () => {
  for (const [prompt, key] of [
    ['a fox', undefined],
    ['a hen', otherSigningKey],
  ] as const) {
    const id = await begin(prompt);
    complete(id);
    expect(await post(fakeReport(id, clock.now(), key))).toBe(204);
    await bot.alice.sees(isImage, { in: '#art', timeoutMs: 30_000 });
    expect(looks()).toHaveLength(1);
    replicate.reset();
  }
});

it('takes a report at another process than the one that draws', async () => {
  const api = await bot.another(readRoles(['api'], undefined));
  const id = await begin('a dog');
  complete(id);
  expect(await post(fakeReport(id, clock.now()), api.port)).toBe(204);
  await bot.alice.sees(isImage, { in: '#art', timeoutMs: 30_000 });
  expect(looks()).toHaveLength(1);
  await api.stop();
});

it('is not moved by reports that are forged, old, repeated, too large or about something else, and looks by itself later', async () => {
  const id = await begin('an owl');
  const now = clock.now();
  const real = fakeReport(id, now);
  const minutes = 60_000;
  expect(await post(fakeReport(id, now, 'another key'))).toBe(401);
  expect(await post(fakeReport(id, now - 6 * minutes))).toBe(401);
  expect(await post(fakeReport(id, now + 6 * minutes))).toBe(401);
  expect(await post({ ...real, body: real.body.replace(id, 'prediction-99') })).toBe(401);
  expect(await post({ ...real, body: '{' })).toBe(401);
  expect(await post({ ...real, headers: {} })).toBe(401);
  expect(await post({ ...real, body: 'x'.repeat(5_000_000) })).toBe(413);
  expect(await post(fakeReport('prediction-77', now))).toBe(204);
  // None of these made the bot ask the provider for its secret again.
  expect(replicate.requests.filter(({ path }) => path.includes('secret'))).toEqual([]);
  expect(looks()).toEqual([]);
  // It reports too early: another report on the same work is none.
  expect(await post(real)).toBe(204);
  await replicate.requested(/^GET \/v1\/predictions/);
  expect(await post(real)).toBe(204);
  expect(await post(fakeReport(id, now + 1000))).toBe(204);
  expect(looks()).toHaveLength(1);
  polling.resolve();
  await bot.alice.sees(isImage, { in: '#art', timeoutMs: 30_000 });
  expect(looks()).toHaveLength(2);
});
