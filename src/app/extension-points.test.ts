import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineCommand, defineFeature, defineRoute, RouteError } from '../sdk/index.ts';
import type { FeatureContext } from '../sdk/index.ts';
import { sharedBot } from '../testing/shared-bot.ts';

declare module '../sdk/event.ts' {
  interface FeatureEvents {
    'diary/noted': { userId: string; channelId: string; text: string };
  }
}

type Context = FeatureContext<Record<string, never>>;
const noted = z.object({ channelId: z.string(), text: z.string() });
let diaryContext: Context | undefined;
/** The notes that were to be stored, also where the transaction failed afterwards. */
const puts: string[] = [];
const scheduled = Promise.withResolvers<number>();

/** Members note things: as files of theirs, with an event, a page to read along, and an API. */
const diary = defineFeature({
  ...{ name: 'diary', summary: 'Keeps notes.', intents: [], settings: z.strictObject({}) },
  setup: (context) => {
    diaryContext = context;
    return {
      commands: [noteCommand(context), readCommand(context)],
      queues: { slow: { concurrency: 1 } },
      jobs: {
        count: async ({ job: { payload } }) => {
          const { channelId, text } = noted.parse(payload);
          await context.discord.actions.send(channelId, { content: `Counted, the last note being ${text}` });
        },
      },
      schedules: [{ name: 'tidy', everyMs: 1_000, run: async ({ dueAtMs }) => scheduled.resolve(dueAtMs) }],
      routes: [
        defineRoute({
          ...{ method: 'GET', path: '/notes/:id', summary: 'A note.', scope: 'diary:read' },
          params: z.object({ id: z.string() }),
          response: z.object({ text: z.string(), mime: z.string() }),
          run: async ({ params }) => {
            const found = await context.files.read(params.id);
            if (!found) throw new RouteError(404, 'no-note', 'there is no such note', { id: params.id });
            return { ...found, text: Buffer.from(found.bytes).toString() };
          },
        }),
        defineRoute({
          ...{ method: 'GET', path: '/fault', summary: 'Fails.', scope: 'public' },
          run: () => Promise.reject(new TypeError('a secret of the program')),
        }),
      ],
    };
  },
});

function noteCommand(context: Context) {
  return defineCommand({
    ...{ name: 'note', access: 'everyone', ephemeral: false },
    options: { text: { type: 'string', required: true } },
    run: async ({ caller: { userId }, channelId, options: { text }, reply }) => {
      const file = await context.transaction(async (tx) => {
        const owner = { kind: 'user', id: userId } as const;
        const bytes = Buffer.from(text);
        const stored = await context.files.put(tx, { owner, kind: 'note', bytes, mime: 'text/plain' });
        puts.push(stored.id);
        await context.events.emit(tx, 'diary/noted', { userId, channelId, text });
        for (const last of ['a draft', text]) {
          const job = { name: 'count', queue: 'slow', key: channelId, payload: { channelId, text: last } };
          await context.jobs.debounce(tx, { ...job, delayMs: 50 });
        }
        return stored;
      });
      await reply({ content: `Noted as ${file.id}` });
    },
  });
}

function readCommand(context: Context) {
  return defineCommand({
    ...{ name: 'fetch', access: 'everyone', ephemeral: false },
    options: { link: { type: 'string', required: true } },
    run: async ({ options: { link }, reply }) => {
      const { body } = await context.web.fetch(link, { maxBytes: 100 });
      await reply({ content: Buffer.from(body).toString() });
    },
  });
}

/** Tells a channel what is noted, and refuses what it does not like. */
const herald = defineFeature({
  ...{ name: 'herald', summary: 'Tells of notes.', intents: [], settings: z.strictObject({}) },
  setup: (context) => ({
    subscriptions: {
      'diary/noted': async (tx, { channelId, text }) => {
        if (text === 'nothing') throw new Error('nothing is no news');
        await context.jobs.enqueue(tx, { name: 'tell', queue: 'text', payload: { channelId, text } });
      },
    },
    jobs: {
      tell: async ({ job: { payload } }) => {
        const { channelId, text } = noted.parse(payload);
        await context.discord.actions.send(channelId, { content: `Hear: ${text}` });
      },
    },
  }),
});

const texts: Record<string, object> = {
  diary: {
    commands: {
      note: { description: 'Note something', options: { text: 'What' } },
      fetch: { description: 'Fetch something', options: { link: 'From where' } },
    },
    'no-note': 'There is no note {{id}}.',
  },
  herald: {},
};

const folder = mkdtempSync(join(tmpdir(), 'familiar-extending-'));
const found = [diary, herald].map((definition) => {
  const own = join(folder, definition.name);
  mkdirSync(join(own, 'locales'), { recursive: true });
  writeFileSync(join(own, 'locales', 'en.json'), JSON.stringify(texts[definition.name]));
  return { definition: definition, folder: own };
});

const server = createServer((_, response) => response.end('the page itself'));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const apiKey = 'a-key-that-is-long-and-known-to-nobody';
const hash = createHash('sha256').update(apiKey).digest('hex');
const bot = sharedBot({
  features: found,
  allowAddresses: ['127.0.0.1'],
  yaml: `
http:
  requestsPerMinute: 5
  apiKeys: [{ name: reader, hash: ${hash}, scopes: ['diary:read'] }]
web: { ports: [${port}] }
`,
});

const ask = (path: string, key?: string) =>
  fetch(`http://127.0.0.1:${bot.app.port}${path}`, {
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
  });

async function notes(text: string): Promise<string> {
  await bot.alice.runs('note', { text });
  const { content } = await bot.alice.sees(/Noted as/);
  return content.replace('Noted as ', '');
}

describe('a feature', () => {
  afterEach(() => bot.idle());

  it('sends events to other features, and runs a debounced job once', async () => {
    await notes('the first');
    await bot.bob.sees('Hear: the first');
    await bot.bob.sees('Counted, the last note being the first');
    await bot.idle();
    expect((await bot.bob.messages('general')).filter(({ content }) => content.startsWith('Counted'))).toHaveLength(1);
  });

  it('stores nothing when a subscriber of its event throws', async () => {
    await bot.alice.runs('note', { text: 'nothing' });
    await bot.alice.sees(/Something went wrong on my side/);
    const [first = '', refused = ''] = puts;
    expect(await diaryContext?.files.read(first)).not.toBeNull();
    expect(await diaryContext?.files.read(refused)).toBeNull();
  });

  it('runs its schedule', async () => {
    expect((await scheduled.promise) % 1_000).toBe(0);
  });

  it('fetches public addresses only', async () => {
    await bot.alice.runs('fetch', { link: `http://127.0.0.1:${port}/` });
    await bot.alice.sees('the page itself');
    await bot.alice.runs('fetch', { link: `http://127.0.0.2:${port}/` });
    await bot.alice.sees(/Web did not do what I asked.*web\/address/);
  });

  it('answers programs with a key, in its own texts, within the rate limit', async () => {
    const id = await notes('for programs');
    expect((await ask(`/api/diary/notes/${id}`)).status).toBe(401);
    expect(await (await ask(`/api/diary/notes/${id}`, apiKey)).json()).toEqual({
      text: 'for programs',
      mime: 'text/plain',
    });
    const missing = await ask('/api/diary/notes/7', apiKey);
    expect([missing.status, await missing.json()]).toEqual([404, { error: 'no-note', message: 'There is no note 7.' }]);
    const fault = await ask('/api/diary/fault', apiKey);
    expect(fault.status).toBe(500);
    expect(await fault.text()).toMatch(
      /"error":"unexpected","message":"Something went wrong on my side.*`[0-9a-f]{8}`"/,
    );
    const statuses = [await ask('/api/diary/fault', apiKey), await ask('/api/diary/fault', apiKey)];
    expect((await ask('/api/diary/fault', apiKey)).status).toBe(429);
    expect(statuses.map(({ status }) => status)).toEqual([500, 500]);
    const document = (await (await ask('/api/openapi.json')).json()) as { paths: object };
    const diary = Object.keys(document.paths).filter((path) => path.startsWith('/api/diary/'));
    expect(diary).toEqual(['/api/diary/notes/{id}', '/api/diary/fault']);
  });

  it("lists a person's files in their export and overview, and deletes them with their data", async () => {
    const id = await notes('about me');
    await bot.idle();
    const { privacy } = diaryContext ?? {};
    const { services } = (await privacy?.exportUser(bot.alice.user.id)) as { services: { files: { id: string }[] } };
    expect(services.files.map((file) => file.id)).toContain(id);
    await bot.alice.runs('privacy');
    await bot.alice.sees((message) => /^• \d+ files?$/m.test(message.embeds[0]?.description ?? ''));
    const receipt = await privacy?.forgetUser(bot.alice.user.id);
    expect(receipt?.removed).toContainEqual({ kind: 'service', name: 'files', count: services.files.length });
    expect(await diaryContext?.files.read(id)).toBeNull();
  });
});
