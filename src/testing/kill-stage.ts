import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '../../emulator/index.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Checkpoint } from '../kernel/checkpoints.ts';
import { MICROS_PER_USD, microsOfUsd } from '../kernel/money.ts';
import { attachPostgres } from '../platform/postgres/index.ts';
import type { Postgres } from '../platform/postgres/index.ts';
import type { Hold } from '../services/ledger/index.ts';
import { lookAround, openDm } from './people.ts';
import type { Place } from './people.ts';
import { freePort, startFamiliar, untilAnswers } from './processes.ts';
import type { Program } from './processes.ts';
import { startFakeProviders } from './providers.ts';
import type { FakeProviders, FakeRequest } from './providers.ts';

/** The bot ends when it reaches this checkpoint for the `time`-th time. */
export interface Crash {
  checkpoint: Checkpoint;
  time: number;
}

/** Micro-dollars per token, and the usage that the provider reports for every answer. */
const price = { inputMicros: 5, outputMicros: 50 };
export const usage = { inputTokens: 200, outputTokens: 40 };
export const summaryUsage = { inputTokens: 300, outputTokens: 20 };
const micros = ({ inputTokens, outputTokens }: typeof usage): number =>
  inputTokens * price.inputMicros + outputTokens * price.outputMicros;
/** The cost of one answer, unless it is longer than the provider reports. */
export const answerMicros = micros(usage);

/** Whether a hold was charged for the reported usage, or for our own count where that is higher. */
export function isExact(hold: Hold | undefined, reported: typeof usage): boolean {
  const [inputTokens, outputTokens] = [Number(hold?.facts['inputTokens']), Number(hold?.facts['outputTokens'])];
  if (inputTokens < reported.inputTokens || outputTokens < reported.outputTokens) return false;
  return hold?.charged.micros === micros({ inputTokens, outputTokens });
}
/** More than a round costs: $0.03 for answers and summaries, and up to $0.04 for each call that a crash loses. */
const USD_PER_ROUND = 0.5;

/** Whether a model is asked for a summary, not for an answer. */
export function isSummary({ body }: Pick<FakeRequest, 'body'>): boolean {
  const [instruction] = (body['messages'] ?? []) as { content?: unknown }[];
  return String(instruction?.content).startsWith('Write a summary of a conversation');
}

const model = 'priced/large';
const settings = (baseUrl: string, capMicros: number) => ({
  models: { default: model, findOllama: false },
  providers: {
    priced: {
      type: 'openai-compatible',
      baseUrl,
      apiKeys: ['key'],
      models: [{ name: 'large', contextTokens: 16_000, maxOutputTokens: 400 }],
    },
  },
  prices: { models: { [model]: { inputPerMillion: price.inputMicros, outputPerMillion: price.outputMicros } } },
  budgets: { instance: { dayUsd: capMicros / MICROS_PER_USD } },
  // Every answer except the first of a place is followed by a summary. Each asker pays for it, so the books can be
  // compared with their questions.
  features: { chat: { historySent: 2 }, summaries: { paidBy: 'asker' } },
});

interface KillStageOptions {
  /** Writes a settings file without rate limits for one person, plus these settings; returns its path. */
  writeSettings: (folder: string, settings: Readonly<Record<string, unknown>>) => Promise<string>;
  /** An empty database. Without it the bot uses its own, which survives the bot. */
  databaseUrl?: string;
  /** Sets the instance's budget for a day. */
  rounds: number;
  /** Whole sections of the settings in place of those for answers, for a provider at this address. */
  more?: (baseUrl: string) => Readonly<Record<string, unknown>>;
}

/** Discord, a priced provider, a database and people; all survive when the bot is killed. */
export interface KillStage {
  readonly place: Place;
  /** Bob's. */
  readonly dmChannelId: string;
  readonly providers: FakeProviders;
  /** The bot's. */
  readonly dataDir: string;
  /** The most that the instance may spend and hold in a day. */
  readonly capMicros: number;
  /** Applies from the next process on. */
  setCap(micros: number): Promise<void>;
  /** Starts the bot and waits until it listens, unless it must end before that. */
  start(crash?: Crash, options?: { wait: boolean }): Promise<Program>;
  /** Whether Discord's rate limits apply; they do by default. */
  setPace(paced: boolean): void;
  /** Reads the bot's database over its own connections. */
  look<T>(run: (postgres: Postgres) => Promise<T>): Promise<T>;
  /** Ends what is left. */
  close(): Promise<void>;
}

export async function openKillStage(options: KillStageOptions): Promise<KillStage> {
  const { databaseUrl, rounds } = options;
  const folder = await mkdtemp(join(tmpdir(), 'familiar-kill-'));
  const dataDir = join(folder, 'bot');
  const botPort = await freePort();
  const providers = await startFakeProviders();
  const summary = { chunks: ['They ', 'asked ', 'and ', 'were ', 'answered.'], delayMs: 10, usage: summaryUsage };
  providers.answer(isSummary, { ...summary, times: Number.POSITIVE_INFINITY });
  const emulator = await startEmulator({ port: 0, dataDir: null });
  const place = await lookAround(emulator.origin);
  let capMicros = microsOfUsd(1 + rounds * USD_PER_ROUND);
  const write = () =>
    options.writeSettings(folder, {
      ...settings(providers.openaiBaseUrl, capMicros),
      ...options.more?.(providers.openaiBaseUrl),
    });
  const env = {
    DISCORD_TOKEN: place.botToken,
    DISCORD_API_BASE: `${emulator.origin}/api`,
    FAMILIAR_CONFIG: await write(),
    FAMILIAR_DATA_DIR: dataDir,
    PORT: String(botPort),
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
  };
  let last: Program | undefined;
  return {
    place,
    dmChannelId: await openDm(place, 'bob'),
    providers,
    dataDir,
    get capMicros() {
      return capMicros;
    },
    setCap: async (micros) => {
      capMicros = micros;
      await write();
    },
    start: async (crash, { wait } = { wait: true }) => {
      const crashAt = crash && { FAMILIAR_CRASH_AT: `${crash.checkpoint}:${crash.time}` };
      // Left by a failed round.
      await last?.kill();
      const bot = startFamiliar(['start'], { ...env, ...crashAt });
      last = bot;
      if (wait) await untilAnswers(`http://127.0.0.1:${botPort}/health`, bot);
      return bot;
    },
    setPace: (paced) => void (emulator.core.limits.enforce = paced),
    look: async (run) => {
      const postgres = await attachPostgres({ url: databaseUrl, dataDir, logger: silentLogger });
      if (!postgres) throw new Error(`There is no database in ${dataDir} yet.`);
      return run(postgres).finally(() => postgres.close());
    },
    close: async () => {
      // Stopped, not killed: its own database ends with it.
      await last?.stop();
      await emulator.close();
      await providers.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
