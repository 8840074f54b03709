/**
 * Kills the bot with SIGKILL, again and again, while the emulated Discord lives on, and looks whether every question ends
 * up with exactly one whole answer that its asker paid for once at most, and every conversation with summaries that were
 * paid once at most. Questions are also asked while the bot is down.
 *
 * First it is killed at chance, mostly in mid-answer, in every second round with its database server; every fourth round is
 * at Discord's pace. Then, with `--points`, it is killed at every checkpoint of `src/kernel/checkpoints.ts` in turn, in every
 * third round at a second one while it recovers. Last come two open calls while the instance's budget has room for no third.
 *
 *     npm run kill-rounds [-- --rounds 50 --points 50 --seed 1]
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkpoints } from '../src/kernel/checkpoints.ts';
import { lastRound } from '../src/testing/kill-budget.ts';
import { peakMicros, watchInstance } from '../src/testing/kill-money.ts';
import type { Bill } from '../src/testing/kill-money.ts';
import { ask, askMeanwhile } from '../src/testing/kill-questions.ts';
import {
  ANSWERED_WITHIN_MS,
  crashPlan,
  crashRound,
  namesOf,
  settleUp,
  untilAnswered,
  warmUp,
} from '../src/testing/kill-rounds.ts';
import type { Round } from '../src/testing/kill-rounds.ts';
import { openKillStage } from '../src/testing/kill-stage.ts';
import type { KillStage } from '../src/testing/kill-stage.ts';
import { tellCases } from '../src/testing/long.ts';
import { startOwnServer } from '../src/testing/own-server.ts';
import { signalIfRunning } from '../src/testing/processes.ts';
import type { Program } from '../src/testing/processes.ts';
import { withCleanUp } from './lib/clean-up.ts';
import type { AtEnd } from './lib/clean-up.ts';
import { seeded } from './lib/seeded.ts';
import { writeSettings } from './lib/settings.ts';
import { holds, median, percentile, table } from './lib/statistics.ts';
import type { Figure } from './lib/statistics.ts';

const pause = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));

/** An answer takes as long as its pieces; the bot lives for up to twice that. */
const pieces = { pieces: 30, delayMs: 25 };
const LIVES_FOR_MS = 1500;

function killDatabase(dataDir: string): void {
  const pid = Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
  signalIfRunning(pid, 'SIGKILL');
}

/** Ends the bot in mid-answer; returns its next life, which answers the questions of the next round too. */
async function randomRound(
  stage: KillStage,
  bot: Program,
  { number, chance }: { number: number; chance: number },
): Promise<Round & { bot: Program }> {
  const channel = (name: string) => stage.place.channels.get(name) ?? '';
  const slowly = (name: string) => ({ name: `r${number}${name}`, ...pieces });
  stage.setPace(number % 4 === 0);
  const questions = [
    await ask(stage, 'alice', channel('general'), slowly('a')),
    await ask(stage, 'milo', channel('art'), slowly('b')),
    await ask(stage, 'bob', stage.dmChannelId, slowly('c')),
  ];
  await pause(chance * LIVES_FOR_MS);
  await bot.kill();
  if (number % 2 === 1) killDatabase(stage.dataDir);
  questions.push(await askMeanwhile(stage, `r${number}d`));
  const restartedAt = performance.now();
  const next = await stage.start(undefined, { wait: false });
  await untilAnswered(stage, next, questions);
  const elapsedMs = performance.now() - restartedAt;
  const bill = await settleUp(stage, next, questions, { crashes: 1, refusable: false });
  return { bot: next, elapsedMs, bill };
}

async function randomRounds(stage: KillStage, rounds: number, random: () => number): Promise<Round[]> {
  const done: Round[] = [];
  let bot = await stage.start();
  for (let number = 1; number <= rounds; number += 1) {
    const { bot: next, ...round } = await randomRound(stage, bot, { number, chance: random() });
    bot = next;
    done.push(round);
    tell(`round ${number}`, round);
  }
  stage.setPace(true);
  await bot.kill();
  return done;
}

async function pointRounds(stage: KillStage, rounds: number, random: () => number): Promise<Round[]> {
  const done: Round[] = [];
  for (const [index, crashes] of crashPlan(rounds, random).entries()) {
    stage.setPace(index % 4 === 3);
    const round = await crashRound(stage, `p${index + 1}`, crashes);
    done.push(round);
    tell(`round ${index + 1} at ${namesOf(crashes)}`, round);
  }
  stage.setPace(true);
  return done;
}

function tell(name: string, { elapsedMs, bill }: Round): void {
  const { charges, gifts, summaries, summaryCharges, lostCalls } = bill;
  const paid = `${charges} charged, ${gifts} given; ${summaryCharges} of ${summaries} summaries charged; ${lostCalls} calls lost`;
  process.stdout.write(`${name}: all answered once, ${Math.round(elapsedMs)} ms after the restart; ${paid}\n`);
}

function figuresOf(name: string, rounds: readonly Round[], wanted: number): Figure[] {
  if (wanted === 0) return [];
  const times = rounds.map((round) => round.elapsedMs);
  const sum = (figure: keyof Bill) => rounds.reduce((total, { bill }) => total + bill[figure], 0);
  const cut = rounds.filter(({ bill }) => bill.lostCalls > 0).length;
  return [
    { name: `${name}: rounds survived`, value: rounds.length, unit: 'count', atLeast: wanted },
    // Otherwise it was killed when there was nothing to lose.
    { name: `${name}: of them with calls cut off`, value: cut, unit: 'count', atLeast: Math.floor(wanted / 4) },
    { name: `${name}: restart to last answer, median`, value: median(times), unit: 'ms' },
    {
      name: `${name}: restart to last answer, worst`,
      value: percentile(times, 1),
      unit: 'ms',
      atMost: ANSWERED_WITHIN_MS,
    },
    { name: `${name}: answers charged, each once`, value: sum('charges'), unit: 'count' },
    { name: `${name}: answers given for nothing`, value: sum('gifts'), unit: 'count' },
    { name: `${name}: summaries made`, value: sum('summaries'), unit: 'count', atLeast: wanted },
    { name: `${name}: summaries charged, each once`, value: sum('summaryCharges'), unit: 'count', atLeast: wanted },
    { name: `${name}: calls lost, on the instance`, value: sum('lostCalls'), unit: 'count' },
    { name: `${name}: what they cost the instance`, value: sum('lostMicros') / 1_000_000, unit: 'USD' },
  ];
}

/** The database of the rounds at chance is the bot's own, which is killed too; that of the others lives on. */
async function atChance(atEnd: AtEnd, rounds: number, random: () => number): Promise<Figure[]> {
  const stage = await openKillStage({ writeSettings, rounds });
  atEnd(() => stage.close());
  await warmUp(stage);
  await stage.look(watchInstance);
  const done = await randomRounds(stage, rounds, random);
  tellCases('kill-chance', done.length);
  return [...figuresOf('at chance', done, rounds), ...(await budgetFigures(stage, 'at chance'))];
}

async function atPoints(atEnd: AtEnd, rounds: number, random: () => number): Promise<Figure[]> {
  const server = await startOwnServer();
  atEnd(() => server.close());
  const database = await server.database({ migrations: [] });
  atEnd(() => database.close());
  const stage = await openKillStage({ writeSettings, rounds, databaseUrl: database.url });
  atEnd(() => stage.close());
  await warmUp(stage);
  await stage.look(watchInstance);
  const done = await pointRounds(stage, rounds, random);
  tellCases('kill-points', done.length);
  const tried = Math.min(rounds, checkpoints.length);
  return [
    ...figuresOf('at checkpoints', done, rounds),
    { name: 'at checkpoints: different ones', value: tried, unit: 'count' },
    ...(await budgetFigures(stage, 'at checkpoints')),
  ];
}

async function budgetFigures(stage: KillStage, name: string): Promise<Figure[]> {
  const share = (await stage.look(peakMicros)) / stage.capMicros;
  const { asked, answers } = await lastRound(stage, 'last');
  const lastShare = (await stage.look(peakMicros)) / stage.capMicros;
  return [
    { name: `${name}: most spent and held ÷ cap`, value: share, unit: '×', atMost: 1 },
    { name: `${name}: the same in the last round`, value: lastShare, unit: '×', atMost: 1 },
    {
      name: `${name}: answers in it, the others refused`,
      value: answers,
      unit: 'count',
      atLeast: 1,
      atMost: asked - 1,
    },
  ];
}

async function killRounds(options: { rounds: number; points: number; seed: number }): Promise<Figure[]> {
  const random = seeded(options.seed);
  return withCleanUp(async (atEnd) => [
    ...(options.rounds > 0 ? await atChance(atEnd, options.rounds, random) : []),
    ...(options.points > 0 ? await atPoints(atEnd, options.points, random) : []),
  ]);
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    points: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
  },
});
const figures = await killRounds({
  rounds: Number(values.rounds),
  points: Number(values.points),
  seed: Number(values.seed),
});
process.stdout.write(`\n${table(figures)}\n`);
if (figures.length === 0 || !figures.every(holds)) process.exitCode = 1;
