/**
 * Kills the bot with SIGKILL, again and again, while the emulated Discord lives on, and looks whether every question ends
 * up with exactly one whole answer that its asker paid for once at most. Questions are also asked while the bot is down.
 *
 * First it is killed in mid-answer at chance, in every second round with its database server; then, with `--points`, at
 * every checkpoint of `src/kernel/checkpoints.ts` in turn, in every third round at a second one while it recovers; and last
 * with two calls open while the instance's budget has room for no third.
 *
 *     node bench/kill-rounds.ts [--rounds 50] [--points 0] [--seed 1]
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
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
} from '../src/testing/kill-rounds.ts';
import type { Round } from '../src/testing/kill-rounds.ts';
import { openKillStage } from '../src/testing/kill-stage.ts';
import type { KillStage } from '../src/testing/kill-stage.ts';
import type { Program } from '../src/testing/processes.ts';
import { withCleanUp } from './lib/clean-up.ts';
import { seeded } from './lib/seeded.ts';
import { writeSettings } from './lib/settings.ts';
import { holds, median, percentile, table } from './lib/statistics.ts';
import type { Figure } from './lib/statistics.ts';

const pause = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));

function killDatabase(dataDir: string): void {
  const pid = Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(pid, 'SIGKILL');
}

/** Ends the bot in mid-answer; returns its next life, which answers the questions of the next round too. */
async function randomRound(
  stage: KillStage,
  bot: Program,
  { number, chance }: { number: number; chance: number },
): Promise<Round & { bot: Program }> {
  const channel = (name: string) => stage.place.channels.get(name) ?? '';
  const slowly = (name: string) => ({ name: `r${number}${name}`, pieces: 30, delayMs: 50 });
  const questions = [
    await ask(stage, 'alice', channel('general'), slowly('a')),
    await ask(stage, 'milo', channel('art'), slowly('b')),
    await ask(stage, 'bob', stage.dmChannelId, slowly('c')),
  ];
  await pause(chance * 2000);
  await bot.kill();
  if (number % 2 === 1) killDatabase(stage.dataDir);
  questions.push(await askMeanwhile(stage, `r${number}d`));
  const restartedAt = performance.now();
  const next = await stage.start();
  await untilAnswered(stage, next, questions);
  const elapsedMs = performance.now() - restartedAt;
  return { bot: next, elapsedMs, bill: await settleUp(stage, next, questions, 1) };
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
  await bot.stop();
  return done;
}

async function pointRounds(stage: KillStage, rounds: number, random: () => number): Promise<Round[]> {
  const done: Round[] = [];
  for (const [index, crashes] of crashPlan(rounds, random).entries()) {
    const round = await crashRound(stage, `p${index + 1}`, crashes);
    done.push(round);
    tell(`round ${index + 1} at ${namesOf(crashes)}`, round);
  }
  return done;
}

function tell(name: string, { elapsedMs, bill }: Round): void {
  const { charges, gifts, lostCalls } = bill;
  const paid = `${charges} charged, ${gifts} given, ${lostCalls} calls lost`;
  process.stdout.write(`${name}: all answered once, ${Math.round(elapsedMs)} ms after the restart; ${paid}\n`);
}

function figuresOf(name: string, rounds: readonly Round[], wanted: number): Figure[] {
  if (wanted === 0) return [];
  const times = rounds.map((round) => round.elapsedMs);
  const sum = (figure: keyof Bill) => rounds.reduce((total, { bill }) => total + bill[figure], 0);
  return [
    { name: `${name}: rounds survived`, value: rounds.length, unit: 'count', atLeast: wanted },
    { name: `${name}: restart to last answer, median`, value: median(times), unit: 'ms' },
    {
      name: `${name}: restart to last answer, worst`,
      value: percentile(times, 1),
      unit: 'ms',
      atMost: ANSWERED_WITHIN_MS,
    },
    { name: `${name}: answers charged, each once`, value: sum('charges'), unit: 'count' },
    { name: `${name}: answers given for nothing`, value: sum('gifts'), unit: 'count' },
    { name: `${name}: calls lost, on the instance`, value: sum('lostCalls'), unit: 'count' },
    { name: `${name}: what they cost the instance`, value: sum('lostMicros') / 1_000_000, unit: 'USD' },
  ];
}

async function killRounds(options: { rounds: number; points: number; seed: number }): Promise<Figure[]> {
  const random = seeded(options.seed);
  return withCleanUp(async (atEnd) => {
    const stage = await openKillStage({ writeSettings, rounds: options.rounds + options.points });
    atEnd(() => stage.close());
    const bot = await stage.start();
    await stage.look(watchInstance);
    await bot.stop();
    const atChance = options.rounds > 0 ? await randomRounds(stage, options.rounds, random) : [];
    const atPoints = await pointRounds(stage, options.points, random);
    const share = (await stage.look(peakMicros)) / stage.capMicros;
    const { asked, answers } = await lastRound(stage, 'last');
    const lastShare = (await stage.look(peakMicros)) / stage.capMicros;
    return [
      ...figuresOf('at chance', atChance, options.rounds),
      ...figuresOf('at checkpoints', atPoints, options.points),
      { name: 'instance: most spent and held ÷ cap', value: share, unit: '×', atMost: 1 },
      { name: 'instance: the same in the last round', value: lastShare, unit: '×', atMost: 1 },
      { name: 'last round: answers, the others refused', value: answers, unit: 'count', atMost: asked - 1 },
    ];
  });
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
if (!figures.every(holds)) process.exitCode = 1;
