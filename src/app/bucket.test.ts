import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineFeature, defineTool } from '../sdk/index.ts';
import { button } from '../testing/components.ts';
import { testFeature } from '../testing/features.ts';
import { startFakeS3 } from '../testing/fake-s3.ts';
import { sharedBot, sharedBilling } from '../testing/shared-bot.ts';
import { painter } from '../testing/bot.ts';
import { examineBucket } from './doctor-command.ts';

const s3 = await startFakeS3();
afterAll(() => s3.close());
const { bucket, endpoint, region, prefix, accessKeyId, secretAccessKey } = s3.config;

const studio = testFeature(
  defineFeature({
    ...{ name: 'studio', summary: 'Makes files.', intents: [], settings: z.strictObject({}) },
    setup: () => ({
      tools: [
        defineTool({
          ...{ name: 'make', description: 'Makes a file.', access: 'everyone', input: z.strictObject({}) },
          run: () =>
            Promise.resolve({ content: 'Made.', files: [{ name: 'notes.txt', bytes: Buffer.from('some words') }] }),
        }),
      ],
    }),
  }),
);

const bot = sharedBot({
  paced: false,
  features: [studio],
  testModel: { tools: true },
  otherModels: [painter],
  yaml: `
files:
  s3: { bucket: ${bucket}, endpoint: '${endpoint}', region: ${region}, prefix: ${prefix}, accessKeyId: ${accessKeyId}, secretAccessKey: '${secretAccessKey}' }
features:
  summaries: { enabled: false }
  titles: { enabled: false }
  images: { channels: [art], prefixes: { '!': { model: fake/painter }, 'edit:': { model: fake/painter, mode: edit } } }
prices:
  images: { models: { fake/painter: { default: 0.02 } } }
http: { publicUrl: https://bot.example.org/ }
access:
  roles:
    member: { dailyFreeUsd: 1, imagesPerDay: 20, requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
`,
});
const billing = sharedBilling(bot);

async function draws(words: string, replyTo?: APIMessage) {
  const asked = await bot.alice.says('#art', words, { ...(replyTo && { replyTo }) });
  const isShown = ({ attachments, message_reference: of }: APIMessage) =>
    attachments.length > 0 && of?.message_id === asked.id;
  const shown = await bot.alice.sees(isShown, { in: '#art', timeoutMs: 30_000 });
  await bot.idle();
  return shown;
}

describe('files in a bucket', () => {
  it('are kept encrypted', { timeout: 60_000 }, async () => {
    const shown = await draws('!a cat');
    expect(shown.content).not.toContain('not stored');
    const [object] = s3.objects.values();
    expect(s3.objects.size).toBe(1);
    // What everyone knows an image by.
    expect(object?.bytes.includes(Buffer.from('PNG'))).toBe(false);
    expect(object?.bytes.includes(Buffer.from('JFIF'))).toBe(false);
  });

  it('are shown and charged once while it refuses them, with a word', { timeout: 60_000 }, async () => {
    const before = (await billing.paid(bot.alice)).free;
    s3.fail({ method: 'PUT', status: 403, code: 'AccessDenied' });
    const shown = await draws('!a dog');
    expect(shown.content).toContain("Shown but not stored: the store for files doesn't work right now.");
    expect((await billing.paid(bot.alice)).free - before).toBe(20_000);
    expect(bot.providers.abilities.requests.filter(({ path }) => path === 'images/generations')).toHaveLength(1);
    expect((await draws('!a bird')).content).not.toContain('not stored');
    expect(s3.objects.size).toBe(2);
  });

  it.each([
    ['refuses them', 'PUT'],
    ["doesn't give them back", 'GET'],
  ] as const)(
    'are missing from an answer while it %s, and the answer says so',
    { timeout: 60_000 },
    async (_what, method) => {
      s3.fail({ method, status: 403, code: 'AccessDenied' });
      bot.providers.answer('notes', { calls: [{ name: 'make', input: '{}' }] });
      bot.providers.answer(({ toolResults }) => toolResults.length === 1, { text: 'Here they are.' });
      const room = await bot.newChannel();
      const { id } = await bot.alice.says(room, `<@${bot.app.discord.self.userId}> make notes`);
      const isShown = ({ content, message_reference: of }: APIMessage) =>
        of?.message_id === id && content.includes("doesn't work right now, so I couldn't attach");
      const shown = await bot.alice.sees(isShown, { timeoutMs: 20_000 });
      expect(shown.content).toContain('Here they are.');
      expect(shown.content).toContain(
        '-# My store for files doesn\'t work right now, so I couldn\'t attach "notes.txt".',
      );
      expect(shown.attachments).toEqual([]);
    },
  );

  it("are edited from Discord's copy while it doesn't give them back", { timeout: 60_000 }, async () => {
    const shown = await draws('!an eel');
    const isEdit = ({ path }: { path: string }) => path === 'images/edits';
    s3.fail({ method: 'GET', status: 403, code: 'AccessDenied', times: 20 });
    const edited = await draws('edit: make it blue', shown);
    expect(edited.attachments).toHaveLength(1);
    expect(bot.providers.abilities.requests.filter(isEdit)).toHaveLength(1);
    s3.reset();
  });

  it("are answered by 503 and a text while it doesn't give them back", { timeout: 60_000 }, async () => {
    const shown = await draws('!a shared fox');
    await bot.alice.presses(shown, button(shown, '⋯'));
    const more = await bot.alice.sees(/What else I can do/);
    await bot.alice.presses(more, button(more, 'Share'));
    const asked = await bot.alice.sees(/How long should it work/);
    const rows = asked.components as { components: { custom_id: string }[] }[];
    await bot.alice.selects(asked, rows[0]?.components[0]?.custom_id ?? '', ['day']);
    const { content } = await bot.alice.sees(/bot\.example\.org/);
    const path = /https:\/\/bot\.example\.org(\/[^>]+)/.exec(content)?.[1] ?? '';
    const fetched = () => fetch(`http://127.0.0.1:${bot.app.port}${path}`);
    s3.fail({ method: 'GET', status: 403, code: 'AccessDenied' });
    const refused = await fetched();
    expect([refused.status, await refused.json()]).toEqual([
      503,
      expect.objectContaining({
        error: 'files.away',
        message: "My store for files doesn't work right now. Try again in a few minutes.",
      }),
    ]);
    expect((await fetched()).status).toBe(200);
  });

  it('are checked by the doctor', async () => {
    const files = (changes: object) => ({ files: { s3: { ...s3.config, ...changes } } as never });
    expect(await examineBucket(files({}))).toEqual([
      { ok: true, title: 'Files', detail: `bucket ${bucket} at ${endpoint}, below bot/` },
    ]);
    expect(await examineBucket(files({ secretAccessKey: 'wrong' }))).toMatchObject([
      { ok: false, detail: expect.stringContaining('Check S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY') as string },
    ]);
    expect(await examineBucket({ files: { path: 'x' } } as never)).toEqual([]);
  });
});
