import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { startEmulator } from '../../../emulator/index.ts';
import { connectPerson } from '../../../emulator/testing/person.ts';
import type { Person } from '../../../emulator/testing/person.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { Postgres } from '../../platform/postgres/index.ts';
import { call, lookAround } from '../people.ts';
import type { TestDatabase } from '../postgres.ts';
import { freePort, startFamiliar, untilAnswers } from '../processes.ts';
import type { Attack } from './acts.ts';
import { FREE_MODEL, startHostileProvider } from './hostile-provider.ts';
import type { HostileProvider } from './hostile-provider.ts';

/** Micro-dollars per token. */
export const prices = { inputMicros: 2, outputMicros: 20 };

const paidModel = 'priced/hostile';
const freeModel = `free/${FREE_MODEL}`;

/** Lifts every limit on the attacker except money. */
const timeouts = { firstByteMs: 2000, stallMs: 2000, totalMs: 10_000 };
const settings = (baseUrl: string, capUsd: number) => ({
  models: { default: paidModel, findOllama: false },
  providers: {
    priced: {
      type: 'openai-compatible',
      baseUrl,
      apiKeys: ['paid-key'],
      timeouts,
      models: [{ name: 'hostile', contextTokens: 64_000, maxOutputTokens: 2000, vision: true }],
    },
    free: { type: 'openai-compatible', baseUrl, apiKeys: ['free-key'], models: [{ name: FREE_MODEL }] },
  },
  prices: { models: { [paidModel]: { inputPerMillion: prices.inputMicros, outputPerMillion: prices.outputMicros } } },
  access: {
    roles: { member: { requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null, dailyFreeUsd: capUsd } },
  },
  budgets: {
    instance: { dayUsd: capUsd },
    breaker: { guildUsd: null, instanceUsd: null, guildCalls: null, instanceCalls: null },
  },
});

/** The bot's books after an attack, in micro-dollars. */
export interface Books {
  /** By the instance's meter, today. */
  spent: number;
  held: number;
  /** Use beyond the calls' holds. */
  overrun: number;
}

export interface Stage {
  readonly attack: Attack;
  readonly provider: HostileProvider;
  /** Asks a free question in its own channel; resolves with the milliseconds until the complete answer. */
  neighbourAsks(): Promise<number>;
  /** Peak memory of all the bot's processes together, in MB (PSS). */
  peakMb(): number;
  books(): Promise<Books>;
  /** Resolves when nothing is running, waiting or held. */
  rest(withinMs: number): Promise<void>;
  /** The errors that the bot printed. */
  output(): string;
  close(): Promise<void>;
}

interface StageOptions {
  database: TestDatabase;
  capUsd: number;
  random: () => number;
  /** Writes a settings file with these settings; returns its path. */
  writeSettings: (folder: string, settings: Readonly<Record<string, unknown>>) => Promise<string>;
}

/** The bot in its own process, Discord with its rate limits, a lying provider, an attacker and a neighbour. */
export async function openStage({ database, capUsd, random, writeSettings }: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'familiar-attack-'));
  const provider = await startHostileProvider();
  const emulator = await startEmulator({ port: 0, dataDir: null });
  const { origin, core } = emulator;
  const place = await lookAround(origin);
  const attacker = await joined(origin, place.guildId, 'mallory', ['Moderator']);
  const neighbour = await joined(origin, place.guildId, 'norah', []);
  await empower(origin, place.guildId, attacker);
  const makeChannel = async (name: string) =>
    ((await call(`${origin}/_control/channels`, { guildId: place.guildId, name })) as { id: string }).id;
  const channels: string[] = [];
  for (let index = 1; index <= 6; index += 1) channels.push(await makeChannel(`attack-${index}`));
  const quiet = await makeChannel('quiet');
  const port = await freePort();
  const bot = startFamiliar(['start'], {
    DISCORD_TOKEN: place.botToken,
    DISCORD_API_BASE: `${origin}/api`,
    DATABASE_URL: database.url,
    FAMILIAR_CONFIG: await writeSettings(folder, settings(provider.baseUrl, capUsd)),
    FAMILIAR_DATA_DIR: join(folder, 'bot'),
    PORT: String(port),
  });
  await untilAnswers(`http://127.0.0.1:${port}/health`, bot);
  const memory = watchMemory(bot.child.pid ?? 0);
  const neighbourAsks = askerOf(neighbour, quiet, place.botId);
  await neighbour.request('POST', `/channels/${quiet}/messages`, { content: `!model ${freeModel}` });
  await systemClock.sleep(1000);
  let made = 0;
  return {
    attack: {
      attacker,
      botId: place.botId,
      applicationId: core.world.users.get(place.botId)?.applicationId ?? '',
      guildId: place.guildId,
      channels,
      directChannelId: (await attacker.opensDirectMessages(place.botId)).id,
      random,
      makeChannel: () => makeChannel(`trap-${(made += 1)}`),
    },
    provider,
    neighbourAsks,
    peakMb: memory.peakMb,
    books: () => booksOf(database.postgres),
    rest: (withinMs) => untilRest(database.postgres, withinMs),
    output: () => bot.output(),
    close: async () => {
      memory.stop();
      await bot.stop();
      for (const person of [attacker, neighbour]) await person.close();
      await emulator.close();
      await provider.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function joined(origin: string, guildId: string, username: string, roles: string[]): Promise<Person> {
  await call(`${origin}/_control/members`, { guildId, username, roles });
  return connectPerson(origin, username, { timeoutMs: 20_000 });
}

/** An attacker may be the administrator of the server that the bot was invited to. */
async function empower(origin: string, guildId: string, attacker: Person): Promise<void> {
  const owner = await connectPerson(origin, 'olivia');
  const role = await owner.request<{ id: string }>('POST', `/guilds/${guildId}/roles`, {
    name: 'Attacker',
    permissions: String(0x10 | 0x2000 | 0x10000000 | 0x400000000),
  });
  await owner.request('PUT', `/guilds/${guildId}/members/${attacker.user.id}/roles/${role.id}`);
  await owner.close();
}

function askerOf(neighbour: Person, channelId: string, botId: string): () => Promise<number> {
  let asked = 0;
  return async () => {
    asked += 1;
    const content = `<@${botId}> are you there, for the ${asked}. time?`;
    const startedAt = performance.now();
    const { id } = await neighbour.request<{ id: string }>('POST', `/channels/${channelId}/messages`, { content });
    await neighbour.sees(
      (message) =>
        message.channel_id === channelId &&
        message.message_reference?.message_id === id &&
        message.content.includes('of a few words.'),
      { timeoutMs: 60_000 },
    );
    return performance.now() - startedAt;
  };
}

/** Proportional set size of a process and its descendants: shared pages count once (proc_pid_smaps(5)). Linux only. */
function treeMb(root: number): number {
  const parents = new Map<number, number>();
  for (const pid of readdirSync('/proc').map(Number).filter(Number.isInteger)) {
    const stat = read(`/proc/${pid}/stat`);
    if (stat !== '') parents.set(pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at))
      if (at === root) return true;
    return false;
  };
  let kilobytes = 0;
  for (const pid of parents.keys()) {
    if (!isBelow(pid)) continue;
    kilobytes += Number(/^Pss:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
  }
  return kilobytes / 1024;
}

/** Empty when the process has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function watchMemory(pid: number): { peakMb: () => number; stop: () => void } {
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, treeMb(pid));
  };
  const timer = setInterval(look, 200);
  return { peakMb: () => peak, stop: () => clearInterval(timer) };
}

async function booksOf({ db }: Postgres): Promise<Books> {
  const { rows: meters } = await sql<{ spent: number; held: number }>`
    SELECT coalesce(sum(spent), 0)::bigint AS spent, coalesce(sum(held), 0)::bigint AS held
    FROM ledger_meter WHERE holder = 'instance' AND unit = 'micros'
  `.execute(db);
  const { rows: overruns } = await sql<{ micros: number }>`
    SELECT coalesce(-sum(amount), 0)::bigint AS micros FROM ledger_entry
    WHERE account = 'instance/overrun' AND unit = 'micros'
  `.execute(db);
  return { spent: meters[0]?.spent ?? 0, held: meters[0]?.held ?? 0, overrun: overruns[0]?.micros ?? 0 };
}

async function untilRest({ db }: Postgres, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const { rows } = await sql<{ open: number; jobs: number }>`
      SELECT (SELECT count(*) FROM ledger_hold WHERE state = 'open') AS open, (
        SELECT count(*) FROM queue_job WHERE state IN ('waiting', 'active') AND queue <> 'schedules'
      ) AS jobs
    `.execute(db);
    const [{ open, jobs } = { open: 0, jobs: 0 }] = rows;
    if (open + jobs === 0) return;
    if (performance.now() > deadline) throw new Error(`${open} holds and ${jobs} jobs are still open.`);
    await systemClock.sleep(250);
  }
}
