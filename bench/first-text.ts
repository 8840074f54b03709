/**
 * How long after a question the first words of the answer are on screen, against a script that does nothing else
 * (`raw-bot.ts`), on the same emulator and model in the same run, by turns; and how soon after the model's last word the
 * whole text is there.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, lookAround, say } from './lib/people.ts';
import type { Place } from './lib/people.ts';
import { freePort, startFamiliar, startProgram, untilAnswers } from './lib/processes.ts';
import type { Program } from './lib/processes.ts';
import { writeSettings } from './lib/settings.ts';
import { median, percentile } from './lib/statistics.ts';
import type { Figure } from './lib/statistics.ts';
import { watch } from './lib/watcher.ts';
import type { Watcher } from './lib/watcher.ts';

const chats = 50;
const rounds = 4;
/** The window of a channel's budget of 5 messages and edits; a round asks once in each channel. */
const windowMs = 5000;

/** A channel with somebody who asks there. */
interface Room {
  channelId: string;
  username: string;
}

interface Stage {
  origin: string;
  place: Place;
  watcher: Watcher;
  rooms: Room[];
  raw: { id: string };
  /** What the programs printed, for the report of a failure. */
  output(): string;
  stop(): Promise<void>;
}

async function setUp(model: readonly string[]): Promise<Stage> {
  const dataDir = await mkdtemp(join(tmpdir(), 'familiar-bench-'));
  const [emulatorPort, botPort, modelPort] = [await freePort(), await freePort(), await freePort()];
  const origin = `http://127.0.0.1:${emulatorPort}`;
  const modelUrl = `http://127.0.0.1:${modelPort}/openai/v1`;
  const provider = startProgram(['src/testing/providers.ts', '--port', String(modelPort), ...model], {});
  const emulator = startFamiliar(['emulator'], {
    PLAYGROUND_PORT: String(emulatorPort),
    FAMILIAR_DATA_DIR: dataDir,
  });
  await untilAnswers(`${origin}/_control/state`, emulator);
  await untilAnswers(`${modelUrl}/models`, provider);
  const place = await lookAround(origin);
  const rooms = await makeRooms(origin, place);
  const config = await writeSettings(dataDir);
  const bot = startFamiliar(['start'], {
    DISCORD_TOKEN: place.botToken,
    DISCORD_API_BASE: `${origin}/api`,
    FAMILIAR_CONFIG: config,
    FAMILIAR_DATA_DIR: join(dataDir, 'bot'),
    PORT: String(botPort),
    OPENAI_BASE_URL: modelUrl,
    OPENAI_API_KEY: 'key',
    OPENAI_MODEL: 'fake-large',
  });
  await untilAnswers(`http://127.0.0.1:${botPort}/health`, bot);
  const { program: rawBot, id } = await startRawBot(origin, modelUrl);
  const watcher = await watch(origin, place.tokens.get('olivia') ?? '');
  return {
    origin,
    place,
    watcher,
    rooms,
    raw: { id },
    output: () => [bot, rawBot, emulator, provider].map((program) => program.output()).join('\n'),
    stop: async () => {
      watcher.close();
      for (const program of [bot, rawBot, emulator, provider]) await program.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function makeRooms(origin: string, { guildId, tokens }: Place): Promise<Room[]> {
  const rooms: Room[] = [];
  for (let index = 0; index < chats; index += 1) {
    const username = `asker${index}`;
    const channel = await call(`${origin}/_control/channels`, { guildId, name: `bench-${index}` });
    const member = await call(`${origin}/_control/members`, { guildId, username });
    tokens.set(username, (member as { token: string }).token);
    rooms.push({ channelId: (channel as { id: string }).id, username });
  }
  return rooms;
}

async function startRawBot(origin: string, modelUrl: string): Promise<{ program: Program; id: string }> {
  const application = (await call(`${origin}/_control/applications`, {
    name: 'Raw',
    intents: { messageContent: true },
  })) as { botUserId: string; botToken: string };
  const program = startProgram(['bench/raw-bot.ts'], {
    RAW_TOKEN: application.botToken,
    RAW_API: `${origin}/api/v10`,
    RAW_MODEL: modelUrl,
  });
  const deadline = Date.now() + 10_000;
  while (!program.output().includes('ready')) {
    if (Date.now() > deadline) throw new Error(`The raw script did not start: ${program.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { program, id: application.botUserId };
}

/** Milliseconds from just before the question is posted to the first text of its answer. */
async function firstTextMs(stage: Stage, botId: string, { channelId, username }: Room): Promise<number> {
  const beganMs = performance.now();
  const { id } = await say(stage.place, username, channelId, `<@${botId}> go`);
  const seen = await stage.watcher.sees(
    `an answer of ${botId} in ${channelId}`,
    ({ repliesTo, content }) => repliesTo === id && content !== '',
  );
  return seen.atMs - beganMs;
}

const pause = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));

type Samples = Record<'familiar' | 'raw', number[]>;

async function compare(stage: Stage): Promise<Figure[]> {
  const bots = [
    ['familiar', stage.place.botId],
    ['raw', stage.raw.id],
  ] as const;
  const one: Samples = { familiar: [], raw: [] };
  for (const room of [...stage.rooms, ...stage.rooms]) {
    for (const [name, id] of bots) one[name].push(await firstTextMs(stage, id, room));
  }
  await pause(windowMs);
  const overlapping: Samples = { familiar: [], raw: [] };
  const atOnce: Samples = { familiar: [], raw: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, id] of bots) {
      overlapping[name].push(...(await askAll(stage, id, windowMs / chats)));
      await pause(windowMs);
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, id] of bots) {
      atOnce[name].push(...(await askAll(stage, id, 0)));
      await pause(windowMs);
    }
  }
  const bounds = { p50: 25, p99: 60 };
  return [
    ...added('1 chat', one, bounds),
    ...added(`${chats} chats streaming`, overlapping, bounds),
    ...added(`${chats} questions in the same instant`, atOnce),
  ];
}

/** Asks once in every room, one room after the other; answers last long enough to overlap. */
function askAll(stage: Stage, botId: string, betweenMs: number): Promise<number[]> {
  return Promise.all(
    stage.rooms.map(async (room, index) => {
      await pause(index * betweenMs);
      return firstTextMs(stage, botId, room);
    }),
  );
}

function added(name: string, { familiar, raw }: Samples, bounds?: { p50: number; p99: number }): Figure[] {
  const difference = (share: number) => percentile(familiar, share) - percentile(raw, share);
  return [
    { name: `first text, ${name}: raw script p50`, value: median(raw), unit: 'ms' },
    { name: `first text, ${name}: Familiar p50`, value: median(familiar), unit: 'ms' },
    {
      name: `first text, ${name}: added p50`,
      value: difference(0.5),
      unit: 'ms',
      ...(bounds && { atMost: bounds.p50 }),
    },
    {
      name: `first text, ${name}: added p99`,
      value: difference(0.99),
      unit: 'ms',
      ...(bounds && { atMost: bounds.p99 }),
    },
  ];
}

/**
 * The first text on screen: what the bot adds to a model's own time. The model takes four and a half seconds for its
 * fifteen words, so that fifty answers overlap, and their first messages and final edits do not fall into the same second
 * of Discord's global limit.
 */
export async function benchFirstText(): Promise<Figure[]> {
  const stage = await setUp(['--first-byte-delay', '20', '--delay', '300', '--chunks', '15']);
  try {
    await Promise.all(stage.rooms.slice(0, 5).map((room) => firstTextMs(stage, stage.place.botId, room)));
    await Promise.all(stage.rooms.slice(5, 10).map((room) => firstTextMs(stage, stage.raw.id, room)));
    await pause(windowMs);
    return await compare(stage);
  } catch (error) {
    throw new Error(`The benchmark failed. The programs printed:\n${stage.output()}`, { cause: error });
  } finally {
    await stage.stop();
  }
}

/**
 * The whole text on screen against the best that the limits allow. A channel takes 5 messages or edits in 5 s, so a bot
 * that keeps one of them for the end can show the last word as soon as the model has said it. That is what the raw
 * script does, which shows nothing between the first word and the last: its time is the optimum. Answers of several
 * lengths, each in ten channels at the same time.
 */
export async function benchFinalText(): Promise<Figure[]> {
  const figures: Figure[] = [];
  let refused = 0;
  for (const [chunks, delayMs] of [
    [30, 40],
    [100, 60],
    [250, 60],
  ] as const) {
    const stage = await setUp(['--delay', String(delayMs), '--chunks', String(chunks)]);
    try {
      const finalWord = `word${chunks - 1}`;
      const finalTexts = (botId: string, rooms: readonly Room[]) =>
        Promise.all(rooms.map((room) => finalTextMs(stage, botId, room, finalWord)));
      const rooms = stage.rooms.slice(0, 10);
      await finalTexts(stage.place.botId, stage.rooms.slice(10, 12));
      await finalTexts(stage.raw.id, stage.rooms.slice(10, 12));
      const optimumMs = median(await finalTexts(stage.raw.id, rooms));
      const ours = await finalTexts(stage.place.botId, rooms);
      const ratios = ours.map((ms) => ms / optimumMs);
      const name = `final text ÷ optimum, ${(chunks * delayMs) / 1000} s answers`;
      figures.push(
        { name: `${name}: p50`, value: median(ratios), unit: '×' },
        { name: `${name}: worst`, value: percentile(ratios, 1), unit: '×', atMost: 1.1 },
      );
      refused += await countRefused(stage);
    } finally {
      await stage.stop();
    }
  }
  return [...figures, { name: 'requests refused with 429', value: refused, unit: 'count', atMost: 0 }];
}

/** Milliseconds from just before the question is posted until its answer shows the model's last word. */
async function finalTextMs(stage: Stage, botId: string, { channelId, username }: Room, word: string): Promise<number> {
  const beganMs = performance.now();
  const { id } = await say(stage.place, username, channelId, `<@${botId}> go`);
  const seen = await stage.watcher.sees(
    `"${word}" of ${botId} in ${channelId}`,
    ({ repliesTo, content }) => repliesTo === id && content.includes(word),
  );
  return seen.atMs - beganMs;
}

/** Requests of the bot that the emulator refused for coming too fast. */
async function countRefused({ origin, place }: Stage): Promise<number> {
  const seen = (await call(`${origin}/_control/requests?since=0`)) as { status: number; userId: string }[];
  return seen.filter(({ status, userId }) => status === 429 && userId === place.botId).length;
}
