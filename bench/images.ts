/**
 * How long after a prompt its image is on screen, against a script that does nothing but ask and upload
 * (`raw-image-bot.ts`), on the same emulator and provider in the same run, by turns; how long the bot's event loop is held
 * up by that; what chat loses while images are drawn; and how long a photograph takes to become small enough.
 */
import { say } from '../src/testing/people.ts';
import { startProgram } from '../src/testing/processes.ts';
import { silentLogger } from '../src/kernel/logger.ts';
import { createImageWork } from '../src/platform/media/index.ts';
import { photograph } from './images/photograph.ts';
import { firstTextMs, setScene } from './lib/scene.ts';
import type { Room, Running, Scene } from './lib/scene.ts';
import { median, percentile } from './lib/statistics.ts';
import type { Figure } from './lib/statistics.ts';

const samples = 40;
const rooms = 60;
const drawing = 50;
const mebibyte = 1024 * 1024;

interface Stage extends Scene {
  ourId: string;
  running: Running;
}

const settingsWith = (caption: boolean) => ({
  features: {
    images: {
      channels: Array.from({ length: rooms }, (_, index) => `bench-${index}`),
      caption,
      prefixes: { '!': { model: 'compatible/painter' } },
    },
  },
  // The provider costs nothing, and nobody is refused.
  access: { roles: { member: { imagesPerDay: null, requestsPerMinute: null, requestsPerHour: null } } },
  models: { defaults: { draw: 'compatible/painter' } },
});

async function setUp(caption: boolean): Promise<Stage> {
  const scene = await setScene({ model: ['--first-byte-delay', '20', '--delay', '100', '--chunks', '10'], rooms });
  try {
    const { botId, botToken } = scene.place;
    const running = await scene.start({ id: botId, token: botToken }, settingsWith(caption));
    await startRawBot(scene);
    return { ...scene, ourId: botId, running };
  } catch (error) {
    await scene.stop();
    throw error;
  }
}

async function startRawBot(scene: Scene): Promise<void> {
  const { token } = await scene.addBot('Raw');
  const environment = { RAW_TOKEN: token, RAW_API: `${scene.origin}/api/v10`, RAW_MODEL: scene.modelUrl };
  const program = startProgram(['bench/raw-image-bot.ts'], environment);
  scene.adopt(program);
  for (const deadline = Date.now() + 10_000; !program.output().includes('ready'); await pause(20)) {
    if (Date.now() > deadline) throw new Error(`The raw script did not start: ${program.output()}`);
  }
}

const pause = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));

/** Milliseconds from a prompt until its image is on screen. */
async function imageMs({ place, watcher }: Scene, { channelId, username }: Room, prompt: string): Promise<number> {
  const beganMs = performance.now();
  const { id } = await say(place, username, channelId, prompt);
  const seen = await watcher.sees(`an image for ${prompt}`, ({ repliesTo, files }) => repliesTo === id && files > 0);
  return seen.atMs - beganMs;
}

async function added(caption: boolean): Promise<Figure[]> {
  const stage = await setUp(caption);
  try {
    const ours: number[] = [];
    const raw: number[] = [];
    for (const room of stage.rooms.slice(0, 5)) await imageMs(stage, room, '!warm up');
    for (const room of stage.rooms.slice(0, 5)) await imageMs(stage, room, 'raw warm up');
    await pause(5000);
    for (let sample = 0; sample < samples; sample += 1) {
      const room = stage.rooms[sample % stage.rooms.length];
      if (!room) break;
      ours.push(await imageMs(stage, room, '!a cat on a roof'));
      raw.push(await imageMs(stage, room, 'raw a cat on a roof'));
    }
    const name = caption ? 'with a caption' : 'as it comes';
    const atMost = caption ? 180 : 30;
    const figures: Figure[] = [
      { name: `prompt to image, ${name}: raw script p50`, value: median(raw), unit: 'ms' },
      { name: `prompt to image, ${name}: added p50`, value: median(ours) - median(raw), unit: 'ms', atMost },
    ];
    return caption ? [...figures, ...(await besideChat(stage))] : figures;
  } catch (error) {
    throw new Error(`The benchmark failed. The programs printed:\n${stage.output()}`, { cause: error });
  } finally {
    await stage.stop();
  }
}

/** First texts while images are drawn, against first texts before that. */
async function besideChat(stage: Stage): Promise<Figure[]> {
  const chatRooms = stage.rooms.slice(drawing);
  const first = async () => {
    const times: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      for (const room of chatRooms) times.push(await firstTextMs(stage, stage.ourId, room));
    }
    return times;
  };
  await first();
  await pause(5000);
  const alone = await first();
  await pause(5000);
  const images = Promise.all(stage.rooms.slice(0, drawing).map((room) => imageMs(stage, room, '!a castle')));
  const beside = await first();
  await images;
  const ratio = median(beside) / median(alone);
  return [
    { name: 'first text, p50, alone', value: median(alone), unit: 'ms' },
    { name: `first text while ${drawing} images are drawn ÷ alone, p50`, value: ratio, unit: '×', atMost: 1.2 },
  ];
}

/** A photograph of 24 megapixels until it is below 8 MiB, and how long that holds up the event loop of the caller. */
async function shrinking(): Promise<Figure[]> {
  const images = createImageWork({ logger: silentLogger });
  try {
    const photo = await photograph(6000, 4000);
    const { signal } = new AbortController();
    await images.finish(photo, { maxBytes: 8 * mebibyte }, signal);
    const times: number[] = [];
    const pauses: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const watched = watchLoop();
      const began = performance.now();
      await images.finish(photo, { maxBytes: 8 * mebibyte }, signal);
      times.push(performance.now() - began);
      pauses.push(watched.longestMs());
    }
    return [
      { name: 'a 24-megapixel photograph below 8 MiB', value: median(times), unit: 'ms', atMost: 1500 },
      { name: 'event loop held up by it, longest', value: percentile(pauses, 1), unit: 'ms', atMost: 20 },
    ];
  } finally {
    await images.close();
  }
}

/** The longest that a timer of a millisecond came late. */
function watchLoop(): { longestMs(): number } {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 1);
    last = now;
  }, 1);
  return {
    longestMs: () => {
      clearInterval(timer);
      return longest;
    },
  };
}

export const benchImages = async (): Promise<Figure[]> => [
  ...(await added(false)),
  ...(await added(true)),
  ...(await shrinking()),
];
