import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, lookAround, say } from '../../src/testing/people.ts';
import type { Place } from '../../src/testing/people.ts';
import { freePort, startFamiliar, startProgram, untilAnswers } from '../../src/testing/processes.ts';
import type { Program } from '../../src/testing/processes.ts';
import { writeSettings } from './settings.ts';
import { watch } from './watcher.ts';
import type { Watcher } from './watcher.ts';

/** A channel with somebody who asks there. */
export interface Room {
  channelId: string;
  username: string;
}

/** A user of the emulated server that is a program. */
export interface Bot {
  id: string;
  token: string;
}

/** A bot of ours. */
export interface Running {
  program: Program;
  /** Of its database server. */
  postmasterPid: number;
}

/** An emulated Discord and a model, with people who ask, for bots to be compared in. */
export interface Scene {
  origin: string;
  /** Of the model, as OpenAI serves it. */
  modelUrl: string;
  place: Place;
  watcher: Watcher;
  rooms: Room[];
  addBot(name: string): Promise<Bot>;
  /** Starts a bot of ours on a folder of its own, with `settings` beside those that every bot under load has. */
  start(
    bot: Bot,
    settings?: Readonly<Record<string, unknown>>,
    environment?: Readonly<Record<string, string>>,
  ): Promise<Running>;
  /** Gives a program that was started elsewhere into the care of the scene. */
  adopt(program: Program): void;
  /** What the programs printed, for the report of a failure. */
  output(): string;
  stop(): Promise<void>;
}

/** `model` are arguments of the fake provider, which says `word0 word1 …`. */
export async function setScene({ model, rooms }: { model: readonly string[]; rooms: number }): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'familiar-bench-'));
  const [emulatorPort, modelPort] = [await freePort(), await freePort()];
  const origin = `http://127.0.0.1:${emulatorPort}`;
  const modelUrl = `http://127.0.0.1:${modelPort}/openai/v1`;
  const provider = startProgram(['src/testing/providers.ts', '--port', String(modelPort), ...model], {});
  const emulator = startFamiliar(['emulator'], {
    PLAYGROUND_PORT: String(emulatorPort),
    FAMILIAR_DATA_DIR: folder,
  });
  await untilAnswers(`${origin}/_control/state`, emulator);
  await untilAnswers(`${modelUrl}/models`, provider);
  const place = await lookAround(origin);
  const programs = [emulator, provider];
  const watcher = await watch(origin, place.tokens.get('olivia') ?? '');
  return {
    ...{ origin, modelUrl, place, watcher },
    rooms: await makeRooms(place, rooms),
    addBot: (name) => addBot(origin, name),
    start: async ({ id, token }, settings, environment) => {
      const dataDir = join(folder, id);
      await mkdir(dataDir);
      const config = await writeSettings(dataDir, settings);
      const port = await freePort();
      const program = startFamiliar(['start'], {
        DISCORD_TOKEN: token,
        DISCORD_API_BASE: `${origin}/api`,
        FAMILIAR_CONFIG: config,
        FAMILIAR_DATA_DIR: join(dataDir, 'data'),
        PORT: String(port),
        OPENAI_BASE_URL: modelUrl,
        OPENAI_API_KEY: 'key',
        OPENAI_MODEL: 'fake-large',
        ...environment,
      });
      programs.unshift(program);
      await untilAnswers(`http://127.0.0.1:${port}/health`, program);
      return { program, postmasterPid: await postmasterOf(join(dataDir, 'data')) };
    },
    adopt: (program) => programs.unshift(program),
    output: () => programs.map((program) => program.output()).join('\n'),
    stop: async () => {
      watcher.close();
      for (const program of programs) await program.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function postmasterOf(dataDir: string): Promise<number> {
  const [pid] = (await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n');
  return Number(pid);
}

async function makeRooms({ origin, guildId, tokens }: Place, count: number): Promise<Room[]> {
  const rooms: Room[] = [];
  for (let index = 0; index < count; index += 1) {
    const username = `asker${index}`;
    const channel = await call(`${origin}/_control/channels`, { guildId, name: `bench-${index}` });
    const member = await call(`${origin}/_control/members`, { guildId, username });
    tokens.set(username, (member as { token: string }).token);
    rooms.push({ channelId: (channel as { id: string }).id, username });
  }
  return rooms;
}

async function addBot(origin: string, name: string): Promise<Bot> {
  const application = (await call(`${origin}/_control/applications`, { name, intents: { messageContent: true } })) as {
    botUserId: string;
    botToken: string;
  };
  return { id: application.botUserId, token: application.botToken };
}

/** Milliseconds from just before a question is posted until its answer shows what is waited for. */
export async function askedUntilMs(
  { place, watcher }: Scene,
  botId: string,
  { channelId, username }: Room,
  shows: (content: string) => boolean,
): Promise<number> {
  const beganMs = performance.now();
  const { id } = await say(place, username, channelId, `<@${botId}> go`);
  const seen = await watcher.sees(
    `an answer of ${botId} in ${channelId}`,
    ({ repliesTo, content }) => repliesTo === id && shows(content),
  );
  return seen.atMs - beganMs;
}

/** Until the first words of the answer are on screen. */
export const firstTextMs = (scene: Scene, botId: string, room: Room): Promise<number> =>
  askedUntilMs(scene, botId, room, (content) => content !== '');
