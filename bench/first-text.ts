/**
 * How long after a question the first words of the answer are on screen, against a script that does nothing else
 * (`raw-bot.ts`), on the same emulator and model in the same run, by turns; and how soon after the model's last word the
 * whole text is there.
 */
import { call } from '../src/testing/people.ts';
import { startProgram } from '../src/testing/processes.ts';
import { askedUntilMs, firstTextMs, setScene } from './lib/scene.ts';
import type { Room, Scene } from './lib/scene.ts';
import { median, percentile } from './lib/statistics.ts';
import type { Figure } from './lib/statistics.ts';

const chats = 50;
const rounds = 4;
/**
 * The window of a channel's budget of 5 messages and edits; longer than an answer to a first text takes. A round asks once
 * in each channel, so that nobody's question waits for the one before it.
 */
const windowMs = 5000;

interface Stage extends Scene {
  ourId: string;
  rawId: string;
}

async function setUp(model: readonly string[]): Promise<Stage> {
  const scene = await setScene({ model, rooms: chats });
  try {
    const { botId, botToken } = scene.place;
    await scene.start({ id: botId, token: botToken });
    return { ...scene, ourId: botId, rawId: await startRawBot(scene) };
  } catch (error) {
    await scene.stop();
    throw error;
  }
}

/** Returns the id of its user. */
async function startRawBot(scene: Scene): Promise<string> {
  const { id, token } = await scene.addBot('Raw');
  const program = startProgram(['bench/raw-bot.ts'], {
    RAW_TOKEN: token,
    RAW_API: `${scene.origin}/api/v10`,
    RAW_MODEL: scene.modelUrl,
  });
  scene.adopt(program);
  const deadline = Date.now() + 10_000;
  while (!program.output().includes('ready')) {
    if (Date.now() > deadline) throw new Error(`The raw script did not start: ${program.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return id;
}

const pause = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));

type Samples = Record<'familiar' | 'raw', number[]>;

async function compare(stage: Stage): Promise<Figure[]> {
  const bots = [
    ['familiar', stage.ourId],
    ['raw', stage.rawId],
  ] as const;
  const one: Samples = { familiar: [], raw: [] };
  for (let round = 0; round < 2; round += 1) {
    for (const room of stage.rooms) {
      for (const [name, id] of bots) one[name].push(await firstTextMs(stage, id, room));
    }
    await pause(windowMs);
  }
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
const askAll = (stage: Stage, botId: string, betweenMs: number): Promise<number[]> =>
  inTurn(stage.rooms, betweenMs, (room) => firstTextMs(stage, botId, room));

/** Begins in one room after the other; resolves when all have ended. */
function inTurn<T>(rooms: readonly Room[], betweenMs: number, begin: (room: Room) => Promise<T>): Promise<T[]> {
  return Promise.all(
    rooms.map(async (room, index) => {
      await pause(index * betweenMs);
      return begin(room);
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
    await Promise.all(stage.rooms.slice(0, 5).map((room) => firstTextMs(stage, stage.ourId, room)));
    await Promise.all(stage.rooms.slice(5, 10).map((room) => firstTextMs(stage, stage.rawId, room)));
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
 * lengths, each in ten channels at the same time; the longer ones also in fifty, begun over five seconds, since of fifty
 * last words in one second Discord's limit of fifty requests would keep some waiting, whoever says them.
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
      const answerMs = chunks * delayMs;
      const ratios = (streams: number, betweenMs: number) => finalRatios(stage, finalWord, { streams, betweenMs });
      await finalTexts(stage, stage.ourId, finalWord, { streams: 2, betweenMs: 0 });
      await finalTexts(stage, stage.rawId, finalWord, { streams: 2, betweenMs: 0 });
      // Both bots begin with the whole budget of their channels.
      await pause(windowMs);
      figures.push(...finalFigures(10, answerMs, await ratios(10, 0)));
      if (answerMs > windowMs) figures.push(...finalFigures(chats, answerMs, await ratios(chats, windowMs / chats)));
      refused += await countRefused(stage);
    } finally {
      await stage.stop();
    }
  }
  return [...figures, { name: 'requests refused with 429', value: refused, unit: 'count', atMost: 0 }];
}

interface Load {
  /** Answers at the same time, each in a channel of its own. */
  streams: number;
  /** From one question to the next. */
  betweenMs: number;
}

/** Milliseconds from each question to the last word of its answer. */
const finalTexts = (stage: Stage, botId: string, finalWord: string, { streams, betweenMs }: Load): Promise<number[]> =>
  inTurn(stage.rooms.slice(0, streams), betweenMs, (room) =>
    askedUntilMs(stage, botId, room, (text) => text.includes(finalWord)),
  );

async function finalRatios(stage: Stage, finalWord: string, load: Load): Promise<number[]> {
  const optimumMs = median(await finalTexts(stage, stage.rawId, finalWord, load));
  const ours = await finalTexts(stage, stage.ourId, finalWord, load);
  return ours.map((ms) => ms / optimumMs);
}

function finalFigures(streams: number, answerMs: number, ratios: readonly number[]): Figure[] {
  const name = `final text ÷ optimum, ${streams} answers of ${answerMs / 1000} s`;
  return [
    { name: `${name}: p50`, value: median(ratios), unit: '×' },
    { name: `${name}: worst`, value: percentile(ratios, 1), unit: '×', atMost: 1.1 },
  ];
}

/** Requests of the bot that the emulator refused for coming too fast. */
async function countRefused({ origin, ourId }: Stage): Promise<number> {
  const seen = (await call(`${origin}/_control/requests?since=0`)) as { status: number; userId: string }[];
  return seen.filter(({ status, userId }) => status === 429 && userId === ourId).length;
}
