import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '../../emulator/index.ts';
import type { Core } from '../../emulator/index.ts';
import type { Postgres } from '../platform/postgres/index.ts';
import { watchInstance } from './kill-money.ts';
import { call, lookAround, openDm } from './people.ts';
import type { Place } from './people.ts';
import type { TestDatabase } from './postgres.ts';
import { startFakeProviders } from './providers.ts';
import type { FakeAnswer, FakeProviders, FakeRequest } from './providers.ts';
import { SoakRecord } from './soak-record.ts';
import type { Member, Talk } from './soak-record.ts';
import type { SoakSize } from './soak-script.ts';
import { startService } from './soak-service.ts';
import type { Service } from './soak-service.ts';
import { answerText, askedIn } from './soak-words.ts';

/** Micro-dollars per token. */
const price = { inputMicros: 5, outputMicros: 50 };
/** More than all answers can cost, including every call that a kill may lose. */
const CAP_USD = 1000;
export const CAP_MICROS = CAP_USD * 1_000_000;

interface SoakStageOptions {
  size: SoakSize;
  database: TestDatabase;
  /** Writes a settings file without rate limits for one person, plus these settings; returns its path. */
  writeSettings: (folder: string, settings: Readonly<Record<string, unknown>>) => Promise<string>;
}

/** Discord, its people and channels, a priced provider, and the bot in three processes: a gateway and two workers. */
export interface SoakStage {
  readonly core: Core;
  readonly gatewayControl: (action: string, resumable?: boolean) => Promise<void>;
  readonly place: Place;
  readonly applicationId: string;
  readonly members: readonly Member[];
  readonly channels: readonly Talk[];
  /** Those of the first members, in order. */
  readonly directs: readonly Talk[];
  readonly providers: FakeProviders;
  readonly postgres: Postgres;
  readonly record: SoakRecord;
  readonly gateway: Service;
  readonly workers: readonly Service[];
  /** Stops the bot; resolves with its logged errors. */
  stopBot(): Promise<string[]>;
  close(): Promise<void>;
}

const model = 'priced/large';
const settings = (baseUrl: string, everythingIn: string) => ({
  models: { default: model, findOllama: false },
  providers: {
    priced: {
      type: 'openai-compatible',
      baseUrl,
      apiKeys: ['key'],
      models: [{ name: 'large', contextTokens: 16_000, maxOutputTokens: 3000 }],
    },
  },
  prices: { models: { [model]: { inputPerMillion: price.inputMicros, outputPerMillion: price.outputMicros } } },
  budgets: { instance: { dayUsd: CAP_USD } },
  // Questions aren't refused because others wait.
  queue: { waitingPerGuild: 10_000, waitingPerUser: 10_000 },
  // Low enough that even a short script gets every conversation summarised.
  features: { chat: { answerEverythingIn: [everythingIn], historySent: 4 } },
});

export async function openSoakStage(options: SoakStageOptions): Promise<SoakStage> {
  const { size, database } = options;
  const folder = await mkdtemp(join(tmpdir(), 'familiar-soak-'));
  const providers = await startFakeProviders();
  providers.answerByDefault(answerOf);
  const emulator = await startEmulator({ port: 0, dataDir: null });
  const { core } = emulator;
  // With Discord's rate limit for one channel it would take most of an hour.
  core.limits.enforce = false;
  const place = await lookAround(emulator.origin);
  const channels = await makeChannels(place, size.channels);
  const members = await makeMembers(place, size.people);
  const directs: Talk[] = [];
  for (const { username } of members.slice(0, size.direct)) {
    directs.push({ id: await openDm(place, username), kind: 'direct', name: `a direct message of ${username}` });
  }
  await watchInstance(database.postgres);
  const record = new SoakRecord(core, place.botId);
  const env = {
    DISCORD_TOKEN: place.botToken,
    DISCORD_API_BASE: `${emulator.origin}/api`,
    DATABASE_URL: database.url,
    FAMILIAR_CONFIG: await options.writeSettings(folder, settings(providers.openaiBaseUrl, channels.at(-1)?.id ?? '')),
    FAMILIAR_DATA_DIR: join(folder, 'bot'),
  };
  const gateway = startService(['gateway'], env);
  // Roles with different names share a folder, and with it the key that encrypts what people write.
  const workers = [startService(['worker', '--queues', 'text'], env), startService(['worker'], env)];
  const stopBot = async () => (await Promise.all([gateway, ...workers].map((service) => service.stop()))).flat();
  return {
    core,
    place,
    applicationId: core.world.users.get(place.botId)?.applicationId ?? '',
    gatewayControl: async (action, resumable = true) => {
      await call(`${emulator.origin}/_control/gateway`, { action, resumable });
    },
    members,
    channels,
    directs,
    providers,
    postgres: database.postgres,
    record,
    gateway,
    workers,
    stopBot,
    close: async () => {
      await stopBot();
      await emulator.close();
      await providers.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function makeChannels({ origin, guildId }: Place, count: number): Promise<Talk[]> {
  const talks: Talk[] = [];
  for (let index = 1; index <= count; index += 1) {
    const name = `soak-${index}`;
    const { id } = (await call(`${origin}/_control/channels`, { guildId, name })) as { id: string };
    talks.push({ id, kind: index === count ? 'everything' : 'channel', name });
  }
  return talks;
}

async function makeMembers({ origin, guildId, tokens }: Place, count: number): Promise<Member[]> {
  const members: Member[] = [];
  for (let index = 1; index <= count; index += 1) {
    const username = `person-${index}`;
    const made = (await call(`${origin}/_control/members`, { guildId, username })) as { id: string; token: string };
    tokens.set(username, made.token);
    members.push({ username, id: made.id });
  }
  return members;
}

/** The model answers with the question's number, at a different speed for each. */
function answerOf({ userText, body }: FakeRequest): FakeAnswer {
  if (isTitling(body)) return { text: 'A talk' };
  const number = askedIn(userText) ?? 0;
  return { text: answerText(number), delayMs: 1 + (number % 5) * 2 };
}

const isTitling = (body: FakeRequest['body']): boolean => JSON.stringify(body).includes('Write a title');
