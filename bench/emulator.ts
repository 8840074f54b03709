/**
 * The emulator alone, as `npm run emulator` starts it: how long a large server takes to make and to load again, what it
 * occupies, and how many messages that people write a core delivers to twenty bots in a second. Linux only.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { callControl } from '../emulator/testing/control.ts';
import { freePort, startProgram, untilAnswers } from '../src/testing/processes.ts';
import { withCleanUp } from './lib/clean-up.ts';
import type { AtEnd } from './lib/clean-up.ts';
import { cpuMs } from './lib/cpu-time.ts';
import { residentMb, settled } from './lib/process-meter.ts';
import type { Figure } from './lib/statistics.ts';

const crowd = { guilds: 1000, channels: 50, members: 100 };
const bots = 20;
const messages = 10_000;
const writers = 32;
const intents = 1 | (1 << 9) | (1 << 15);

interface RunningEmulator {
  origin: string;
  pid: number;
  /** From the start of the process until it listens. */
  startMs: number;
  stop(): Promise<unknown>;
}

interface ControlState {
  guilds: { id: string; channels: { id: string; name: string }[] }[];
  members: { token: string }[];
}

export function benchEmulator(): Promise<Figure[]> {
  return withCleanUp(async (atEnd) => [...(await measureCrowd(atEnd)), ...(await measureDelivery(atEnd))]);
}

async function temporaryFolder(atEnd: AtEnd): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'familiar-bench-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function start(dataDir: string, atEnd: AtEnd): Promise<RunningEmulator> {
  const port = await freePort();
  const beganAt = performance.now();
  const program = startProgram(['--max-semi-space-size=32', 'emulator/main.ts'], {
    FAMILIAR_DATA_DIR: dataDir,
    PLAYGROUND_PORT: String(port),
  });
  atEnd(() => program.stop());
  await untilAnswers(`http://127.0.0.1:${port}/api/v10/gateway`, program);
  return {
    origin: `http://127.0.0.1:${port}`,
    pid: program.child.pid ?? 0,
    startMs: performance.now() - beganAt,
    stop: () => program.stop(),
  };
}

async function measureCrowd(atEnd: AtEnd): Promise<Figure[]> {
  const dataDir = await temporaryFolder(atEnd);
  const made = await start(dataDir, atEnd);
  const beganAt = performance.now();
  await callControl(made.origin, 'crowd', crowd);
  const makeMs = performance.now() - beganAt;
  await settled(made.pid);
  const madeMb = residentMb(made.pid);
  await made.stop();
  const loaded = await start(dataDir, atEnd);
  await settled(loaded.pid);
  const loadedMb = residentMb(loaded.pid);
  await loaded.stop();
  const what = `${crowd.guilds.toLocaleString('en')} servers × ${crowd.channels} channels × ${crowd.members} members`;
  return [
    { name: `emulator, ${what}: made`, value: makeMs, unit: 'ms', atMost: 5000 },
    { name: 'the same: started again with them', value: loaded.startMs, unit: 'ms', atMost: 5000 },
    { name: 'the same: memory once made', value: madeMb, unit: 'MB', atMost: 600 },
    { name: 'the same: memory once loaded', value: loadedMb, unit: 'MB', atMost: 600 },
  ];
}

async function measureDelivery(atEnd: AtEnd): Promise<Figure[]> {
  const emulator = await start(await temporaryFolder(atEnd), atEnd);
  await callControl(emulator.origin, 'limits', { enforce: false });
  const state = await callControl<ControlState>(emulator.origin, 'state');
  const channelId = state.guilds[0]?.channels.find(({ name }) => name === 'general')?.id ?? '';
  const ears: Ear[] = [];
  for (let number = 1; number <= bots; number += 1) {
    const { botToken } = await callControl<{ botToken: string }>(emulator.origin, 'applications', {
      name: `Bot ${number}`,
      intents: ['messageContent'],
    });
    ears.push(await listen(emulator, botToken, atEnd));
  }
  await write(emulator, channelId, state.members, messages / 4);
  await Promise.all(ears.map((ear) => ear.has(messages / 4)));
  const beforeMs = cpuMs(emulator.pid);
  const beganAt = performance.now();
  await write(emulator, channelId, state.members, messages);
  await Promise.all(ears.map((ear) => ear.has(messages + messages / 4)));
  const elapsedMs = performance.now() - beganAt;
  const usedMs = cpuMs(emulator.pid) - beforeMs;
  return [
    {
      name: `emulator, messages delivered to ${bots} bots per core-second`,
      value: (messages / usedMs) * 1000,
      unit: 'per s',
      atLeast: 2000,
    },
    { name: 'the same, per second of time', value: (messages / elapsedMs) * 1000, unit: 'per s' },
  ];
}

interface Ear {
  /** Resolves when so many messages have arrived. */
  has(count: number): Promise<void>;
}

async function listen({ origin }: RunningEmulator, token: string, atEnd: AtEnd): Promise<Ear> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/gateway/?v=10&encoding=json`);
  atEnd(async () => socket.terminate());
  await once(socket, 'message');
  socket.send(JSON.stringify({ op: 2, d: { token, intents, properties: {} } }));
  let count = 0;
  let wanted: { count: number; resolve: () => void } | undefined;
  await once(socket, 'message');
  socket.on('message', (data: Buffer) => {
    if (!data.subarray(0, 24).toString('latin1').startsWith('{"t":"MESSAGE_CREATE"')) return;
    count += 1;
    if (wanted?.count === count) wanted.resolve();
  });
  return {
    has: (target) =>
      count >= target
        ? Promise.resolve()
        : new Promise((resolve) => {
            wanted = { count: target, resolve };
          }),
  };
}

/** Several people write at once, each waiting for the answer to the last message before the next. */
async function write(
  { origin }: RunningEmulator,
  channelId: string,
  members: readonly { token: string }[],
  count: number,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: writers });
  let left = count;
  const writer = async (number: number) => {
    const authorization = members[number % members.length]?.token ?? '';
    while (left > 0) {
      left -= 1;
      await post(`${origin}/api/v10/channels/${channelId}/messages`, authorization, `message ${left}`, agent);
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, number) => writer(number)));
  agent.destroy();
}

/** With node:http, which takes less of the shared processor than fetch. */
function post(url: string, authorization: string, content: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization, 'content-type': 'application/json' };
    const call = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`A message was answered ${response.statusCode}.`)),
      );
    });
    call.on('error', reject);
    call.end(JSON.stringify({ content }));
  });
}
