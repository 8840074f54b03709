/**
 * What the ledger costs those who chat: the whole bot with a model that is paid for and held, against the same bot with
 * `budgets.enabled: false`, side by side on the same emulator and model.
 */
import { treeCpuMs } from './lib/cpu-time.ts';
import { askedUntilMs, firstTextMs, setScene } from './lib/scene.ts';
import type { Room, Scene } from './lib/scene.ts';
import { median } from './lib/statistics.ts';
import type { Figure } from './lib/statistics.ts';

const roomCount = 128;
/** Chats that are under way at the same time where people wait for the first words. */
const simultaneous = 16;
/** As many as a bot works at. */
const inFlight = 64;
/** The window of a channel's budget of 5 messages and edits; a round asks once in each channel. */
const windowMs = 5000;
const words = 15;
const pause = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));

/** Nobody waits for a place in the queue; where the ledger is on, a price makes money move. */
const queue = { waitingPerGuild: 100_000, waitingPerUser: 100_000 };
const prices = { models: { 'openai/fake-large': { inputPerMillion: 1, outputPerMillion: 5 } } };
const variants = {
  off: { queue, budgets: { enabled: false } },
  on: { queue, prices },
  /** One cap that every chat is held against and none reaches. */
  capped: { queue, prices, budgets: { instance: { dayUsd: 100_000 } } },
} as const;
type Variant = keyof typeof variants;
type Samples = Record<Variant, number[]>;
const noSamples = (): Samples => ({ off: [], on: [], capped: [] });

interface Contestant {
  userId: string;
  /** Its own process and its database's. */
  pids: readonly number[];
}

interface Stage extends Scene {
  bots: Readonly<Record<Variant, Contestant>>;
}

async function withBots(model: readonly string[], measure: (stage: Stage) => Promise<Figure[]>): Promise<Figure[]> {
  const scene = await setScene({ model: [...model, '--chunks', String(words)], rooms: roomCount });
  try {
    const start = async (variant: Variant): Promise<Contestant> => {
      const bot = await scene.addBot(`Ledger ${variant}`);
      const { program, postmasterPid } = await scene.start(bot, variants[variant]);
      return { userId: bot.id, pids: [program.child.pid ?? 0, postmasterPid] };
    };
    const bots = { off: await start('off'), on: await start('on'), capped: await start('capped') };
    const stage = { ...scene, bots };
    for (const bot of Object.values(bots)) await askAll(stage, bot, simultaneous);
    await pause(windowMs);
    return await measure(stage);
  } catch (error) {
    throw new Error(`The benchmark failed. The programs printed:\n${scene.output()}`, { cause: error });
  } finally {
    await scene.stop();
  }
}

/** The first text of each of `count` questions that are asked in the same instant. */
const askAll = (stage: Stage, { userId }: Contestant, count: number): Promise<number[]> =>
  Promise.all(stage.rooms.slice(0, count).map((room) => firstTextMs(stage, userId, room)));

export async function benchLedgerChats(): Promise<Figure[]> {
  return [
    ...(await withBots(['--first-byte-delay', '20', '--delay', '0'], throughput)),
    ...(await withBots(['--first-byte-delay', '20', '--delay', '300'], firstTexts)),
  ];
}

/**
 * Chats per second, by turns. Discord takes 50 requests a second from a bot, which may be less than it could do; chats
 * per second of CPU time, its database included, know no such ceiling.
 */
async function throughput(stage: Stage): Promise<Figure[]> {
  const rounds = 5;
  const perSecond = noSamples();
  const perCpuSecond = noSamples();
  for (let round = 0; round < rounds; round += 1) {
    for (const variant of ['off', 'on', 'capped'] as const) {
      const measured = await chatsPerSecond(stage, stage.bots[variant], 3000);
      perSecond[variant].push(measured.perSecond);
      perCpuSecond[variant].push(measured.perCpuSecond);
    }
  }
  const ratio = (rates: Samples, variant: Variant) => median(rates[variant]) / median(rates.off);
  return [
    { name: `chats, ${inFlight} in flight, ledger off`, value: median(perSecond.off), unit: 'per s' },
    { name: 'chats per second, ledger on ÷ off', value: ratio(perSecond, 'on'), unit: '×', atLeast: 0.8 },
    { name: 'chats per second, ledger on and one cap on all ÷ off', value: ratio(perSecond, 'capped'), unit: '×' },
    { name: 'chats per second of CPU time, ledger off', value: median(perCpuSecond.off), unit: 'per s' },
    { name: 'chats per second of CPU time, ledger on ÷ off', value: ratio(perCpuSecond, 'on'), unit: '×' },
    {
      name: 'chats per second of CPU time, ledger on and one cap on all ÷ off',
      value: ratio(perCpuSecond, 'capped'),
      unit: '×',
    },
  ];
}

async function chatsPerSecond(
  stage: Stage,
  { userId, pids }: Contestant,
  durationMs: number,
): Promise<{ perSecond: number; perCpuSecond: number }> {
  const free: Room[] = [...stage.rooms];
  const [beganMs, usedMs] = [performance.now(), treeCpuMs(pids)];
  let chats = 0;
  const loop = async () => {
    for (let room = free.shift(); room && performance.now() - beganMs < durationMs; room = free.shift()) {
      await askedUntilMs(stage, userId, room, (content) => content.includes(`word${words - 1}`));
      chats += 1;
      free.push(room);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, loop));
  const [elapsedMs, cpuMs] = [performance.now() - beganMs, treeCpuMs(pids) - usedMs];
  return { perSecond: (chats * 1000) / elapsedMs, perCpuSecond: (chats * 1000) / cpuMs };
}

/** How long people wait for the first words of answers that take four and a half seconds. */
async function firstTexts(stage: Stage): Promise<Figure[]> {
  const streaming = await textsWhileStreaming(stage);
  await pause(windowMs);
  const few = await textsAtOnce(stage, simultaneous, 'on');
  const many = await textsAtOnce(stage, roomCount, 'capped');
  return [
    ...added(`${simultaneous} chats streaming`, streaming.off, streaming.on, { atMost: 5 }),
    ...added(`${simultaneous} questions in the same instant`, few.off, few.on),
    ...added(`${roomCount} questions in the same instant, one cap on all`, many.off, many.capped),
  ];
}

function added(name: string, off: number[], on: number[], bound: { atMost?: number } = {}): Figure[] {
  return [
    { name: `first text, ${name}: ledger off p50`, value: median(off), unit: 'ms' },
    { name: `first text, ${name}: added p50`, value: median(on) - median(off), unit: 'ms', ...bound },
  ];
}

/**
 * Both bots are asked by turns in the same seconds, so that whatever else the machine does is the same for them; each has
 * `simultaneous` answers under way at any time.
 */
async function textsWhileStreaming(stage: Stage): Promise<Samples> {
  const rounds = 8;
  const times = noSamples();
  const asked: Promise<void>[] = [];
  for (let index = 0; index < rounds * simultaneous; index += 1) {
    for (const variant of ['off', 'on'] as const) {
      const half = (Math.floor(index / simultaneous) % 2 === 0) === (variant === 'off') ? 0 : simultaneous;
      const room = stage.rooms[half + (index % simultaneous)];
      if (!room) throw new Error('There are fewer rooms than chats.');
      asked.push(firstTextMs(stage, stage.bots[variant].userId, room).then((ms) => void times[variant].push(ms)));
      await pause(windowMs / simultaneous / 2);
    }
  }
  await Promise.all(asked);
  return times;
}

/** Everybody asks at once, now one bot, now the other. */
async function textsAtOnce(stage: Stage, count: number, against: Variant): Promise<Samples> {
  const rounds = 3;
  const times = noSamples();
  for (let round = 0; round < rounds; round += 1) {
    for (const variant of ['off', against] as const) {
      times[variant].push(...(await askAll(stage, stage.bots[variant], count)));
      await pause(windowMs);
    }
  }
  return times;
}
