/**
 * Kills the bot with SIGKILL in mid-answer, again and again, while the emulated Discord lives on, and looks whether every
 * question ends up with exactly one complete answer. Questions are also asked while the bot is down. In every second
 * round its database server is killed too.
 *
 *     node bench/kill-rounds.ts [--rounds 50] [--seed 1]
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { silentLogger } from '../src/kernel/logger.ts';
import { openPostgres } from '../src/platform/postgres/index.ts';
import { startFakeProviders } from '../src/testing/providers.ts';
import type { FakeProviders } from '../src/testing/providers.ts';
import { lookAround, openDm, read, say } from './lib/people.ts';
import type { Place, SeenMessage } from './lib/people.ts';
import { freePort, startFamiliar, untilAnswers } from './lib/processes.ts';
import type { Program } from './lib/processes.ts';
import { seeded } from './lib/seeded.ts';
import { writeSettings } from './lib/settings.ts';
import { median, percentile, table } from './lib/statistics.ts';

/** Within this time after a restart every question must be answered. */
const withinMs = 20_000;

interface Question {
  username: string;
  channelId: string;
  messageId: string;
  answer: string;
}

interface Bench {
  place: Place;
  providers: FakeProviders;
  dataDir: string;
  startBot(): Promise<Program>;
  stop(): Promise<void>;
}

async function setUp(): Promise<Bench> {
  const dataDir = await mkdtemp(join(tmpdir(), 'familiar-kill-'));
  const [emulatorPort, botPort] = [await freePort(), await freePort()];
  const providers = await startFakeProviders();
  const emulator = startFamiliar(['emulator'], {
    PLAYGROUND_PORT: String(emulatorPort),
    FAMILIAR_DATA_DIR: dataDir,
  });
  const origin = `http://127.0.0.1:${emulatorPort}`;
  await untilAnswers(`${origin}/_control/state`, emulator);
  const place = await lookAround(origin);
  const config = await writeSettings(dataDir);
  const env = {
    DISCORD_TOKEN: place.botToken,
    DISCORD_API_BASE: `${origin}/api`,
    FAMILIAR_CONFIG: config,
    FAMILIAR_DATA_DIR: join(dataDir, 'bot'),
    PORT: String(botPort),
    OPENAI_BASE_URL: providers.openaiBaseUrl,
    OPENAI_API_KEY: 'key',
    OPENAI_MODEL: 'fake-large',
  };
  return {
    place,
    providers,
    dataDir,
    startBot: async () => {
      const bot = startFamiliar(['start'], env);
      await untilAnswers(`http://127.0.0.1:${botPort}/health`, bot);
      return bot;
    },
    stop: async () => {
      await emulator.stop();
      await providers.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const pause = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));

async function ask(bench: Bench, username: string, channelId: string, name: string): Promise<Question> {
  const words = Array.from({ length: 30 }, (_, index) => `${name}-${index} `);
  const answer = words.join('').trim();
  bench.providers.answer(`${name}.`, { chunks: words, delayMs: 50, times: Number.POSITIVE_INFINITY });
  const { id } = await say(bench.place, username, channelId, `<@${bench.place.botId}> question ${name}.`);
  return { username, channelId, messageId: id, answer };
}

function killDatabase(dataDir: string): void {
  const pid = Number(readFileSync(join(dataDir, 'bot/postgres/postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(pid, 'SIGKILL');
}

/** What is wrong with the answers to these questions now; empty when nothing is. */
async function problems(bench: Bench, questions: readonly Question[]): Promise<string[]> {
  const found: string[] = [];
  for (const channelId of new Set(questions.map((question) => question.channelId))) {
    const here = questions.filter((question) => question.channelId === channelId);
    const [first] = here;
    if (!first) continue;
    const messages = await read(bench.place, first.username, channelId);
    const answers = messages.filter((message) => message.author.id === bench.place.botId);
    for (const question of here) found.push(...problemsOf(question, answers));
    const known = new Set(here.map((question) => question.messageId));
    const oldest = here.map((question) => BigInt(question.messageId)).reduce((a, b) => (a < b ? a : b));
    const orphans = answers.filter(
      (message) => BigInt(message.id) > oldest && !known.has(message.message_reference?.message_id ?? ''),
    );
    found.push(...orphans.map((message) => `orphan ${message.id}: ${message.content.slice(0, 40)}`));
  }
  return found;
}

function problemsOf(question: Question, answers: readonly SeenMessage[]): string[] {
  const mine = answers.filter((message) => message.message_reference?.message_id === question.messageId);
  const [only] = mine;
  if (!only) return [`no answer to ${question.messageId}`];
  if (mine.length > 1) return [`${mine.length} answers to ${question.messageId}`];
  if (only.content !== question.answer) return [`answer to ${question.messageId} is "${only.content.slice(-60)}"`];
  return (only.components ?? []).length > 0 ? [`answer to ${question.messageId} still has buttons`] : [];
}

/** One round; returns the milliseconds from the restart to the last answer. */
async function round(bench: Bench, bot: Program, number: number, random: () => number): Promise<[Program, number]> {
  const { channels } = bench.place;
  const dm = await openDm(bench.place, 'bob');
  const channel = (name: string) => channels.get(name) ?? '';
  const questions = [
    await ask(bench, 'alice', channel('general'), `r${number}a`),
    await ask(bench, 'milo', channel('art'), `r${number}b`),
    await ask(bench, 'bob', dm, `r${number}c`),
  ];
  await pause(random() * 2000);
  await bot.kill();
  if (number % 2 === 1) killDatabase(bench.dataDir);
  questions.push(await ask(bench, 'olivia', channel('memes'), `r${number}d`));
  const restartedAt = performance.now();
  const next = await bench.startBot();
  for (;;) {
    const left = await problems(bench, questions);
    const elapsedMs = performance.now() - restartedAt;
    if (left.length === 0) return [next, elapsedMs];
    if (elapsedMs > withinMs) throw new Error(`Round ${number}: ${left.join('; ')}\n${next.output()}`);
    await pause(100);
  }
}

/** Jobs that are neither done nor being forgotten, once everything has been answered. */
async function jobsLeft(dataDir: string): Promise<number> {
  const postgres = await openPostgres({ url: undefined, dataDir: join(dataDir, 'bot'), logger: silentLogger });
  try {
    const left = await postgres.db.selectFrom('queue_job').select('id').where('state', '!=', 'done').execute();
    return left.length;
  } finally {
    await postgres.close();
  }
}

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' } },
});
const rounds = Number(values.rounds);
const random = seeded(Number(values.seed));
const bench = await setUp();
const times: number[] = [];
let bot = await bench.startBot();
try {
  for (let number = 1; number <= rounds; number += 1) {
    const [next, elapsedMs] = await round(bench, bot, number, random);
    bot = next;
    times.push(elapsedMs);
    process.stdout.write(`round ${number}: all answered once, ${Math.round(elapsedMs)} ms after the restart\n`);
  }
  await bot.stop();
  const figures = [
    { name: 'rounds survived', value: times.length, unit: 'count', atLeast: rounds },
    { name: 'restart to last answer, median', value: median(times), unit: 'ms' },
    { name: 'restart to last answer, worst', value: percentile(times, 1), unit: 'ms', atMost: withinMs },
    { name: 'jobs left behind', value: await jobsLeft(bench.dataDir), unit: 'count', atMost: 0 },
  ] as const;
  process.stdout.write(`\n${table(figures)}\n`);
} finally {
  await bot.kill();
  await bench.stop();
}
