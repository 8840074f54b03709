/**
 * What ten thousand chats leave behind in the bot's memory. The bot is a process of its own, beside the emulated Discord
 * and the model; after every two hundred chats, when all is quiet, it tells how much it holds after a full collection.
 * People and channels are the same all along, so that what the bot remembers of them it remembers after the warm-up:
 * from then on a line that rises is what chats leave behind.
 */
import { pathToFileURL } from 'node:url';
import { call, openDm } from '../src/testing/people.ts';
import { freePort } from '../src/testing/processes.ts';
import { withCleanUp } from './lib/clean-up.ts';
import type { AtEnd } from './lib/clean-up.ts';
import { settled } from './lib/process-meter.ts';
import { setScene } from './lib/scene.ts';
import type { Room, Scene } from './lib/scene.ts';
import { seeded } from './lib/seeded.ts';
import type { Figure } from './lib/statistics.ts';
import { watch } from './lib/watcher.ts';
import type { Watcher } from './lib/watcher.ts';
import type { MemorySample } from './memory/probe.ts';
import { talk } from './memory/talk.ts';
import type { Community } from './memory/talk.ts';
import { trendOf } from './memory/trend.ts';

const chats = 10_000;
const warmUpChats = 4000;
const batch = 200;
const atOnce = 32;
const roomCount = 400;
const directRoomCount = 40;
const bytesPerMb = 1024 * 1024;

interface Sample extends MemorySample {
  /** Since the warm-up. */
  chats: number;
}

export function benchMemory(): Promise<Figure[]> {
  return withCleanUp(async (atEnd) => {
    const scene = await setScene({ model: ['--delay', '5', '--chunks', '40'], rooms: roomCount });
    atEnd(() => scene.stop());
    try {
      const samples = await measure(scene, atEnd);
      return [...figures('heap in use', 'heap', samples), ...figures('resident', 'resident', samples)];
    } catch (error) {
      throw new Error(`The benchmark failed. The programs printed:\n${scene.output()}`, { cause: error });
    }
  });
}

async function measure(scene: Scene, atEnd: AtEnd): Promise<Sample[]> {
  const sample = await startBot(scene);
  const community = await gather(scene, atEnd);
  await talk(community, warmUpChats, atOnce);
  const samples: Sample[] = [];
  for (let done = 0; ; done += batch) {
    samples.push({ chats: done, ...(await sample()) });
    if (done >= chats) return samples;
    await talk(community, batch, atOnce);
  }
}

/** Returns how to ask it for its memory, which it tells when it has come to rest. */
async function startBot(scene: Scene): Promise<() => Promise<MemorySample>> {
  const port = await freePort();
  const probe = pathToFileURL(`${import.meta.dirname}/memory/probe.ts`);
  const { botId, botToken } = scene.place;
  const { program } = await scene.start(
    { id: botId, token: botToken },
    { queue: { waitingPerGuild: 1000 } },
    { MEMORY_PROBE_PORT: String(port), NODE_OPTIONS: `--expose-gc --import ${probe.href}` },
  );
  await call(`${scene.origin}/_control/limits`, { enforce: false });
  return async () => {
    await settled(program.child.pid ?? 0);
    return (await call(`http://127.0.0.1:${port}/`)) as MemorySample;
  };
}

async function gather({ place, origin, rooms, watcher }: Scene, atEnd: AtEnd): Promise<Community> {
  const watchers = new Map<Room, Watcher>();
  for (const { username } of rooms.slice(0, directRoomCount)) {
    const ofTheirs = await watch(origin, place.tokens.get(username) ?? '');
    atEnd(() => Promise.resolve(ofTheirs.close()));
    watchers.set({ username, channelId: await openDm(place, username) }, ofTheirs);
  }
  return {
    ...{ place, rooms, random: seeded(1) },
    directRooms: [...watchers.keys()],
    watcherIn: (room) => watchers.get(room) ?? watcher,
  };
}

function figures(name: string, kind: keyof MemorySample, samples: readonly Sample[]): Figure[] {
  const points = samples.map((sample) => ({ x: sample.chats, y: sample[kind] }));
  const mb = (index: number): Figure['value'] => (points.at(index)?.y ?? Number.NaN) / bytesPerMb;
  const all = trendOf(points);
  const half = trendOf(points.slice(Math.floor(points.length / 2)));
  return [
    { name: `${name} after ${warmUpChats.toLocaleString('en')} chats`, value: mb(0), unit: 'MB' },
    { name: `${name} after ${chats.toLocaleString('en')} more`, value: mb(-1), unit: 'MB' },
    { name: `${name}: each chat leaves`, value: all.slope, unit: 'B' },
    { name: `${name}: each chat leaves, 95 % interval from`, value: all.low, unit: 'B' },
    { name: `${name}: each chat leaves, 95 % interval to`, value: all.high, unit: 'B' },
    { name: `${name}: each chat of the last half leaves`, value: half.slope, unit: 'B' },
    { name: `${name}: each chat of the last half leaves, 95 % interval from`, value: half.low, unit: 'B', atMost: 0 },
    { name: `${name}: each chat of the last half leaves, 95 % interval to`, value: half.high, unit: 'B' },
  ];
}
