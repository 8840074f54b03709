/**
 * Runs every long proof, two at a time where that disturbs nothing, and goes on after one that fails. A proof that tried
 * too few cases has failed. Unless it is quick, each writes its row to README.md as it ends. Exits with 1 when one fails.
 *
 *     npm run proofs [-- --only ledger --only queue] [--quick]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { withCleanUp } from './lib/clean-up.ts';
import type { AtEnd } from './lib/clean-up.ts';
import { duration, markdown } from './lib/readme.ts';
import { keep } from './lib/record.ts';
import { proofs } from './proofs/list.ts';
import type { Proof } from './proofs/list.ts';
import { head, judge, rowOf } from './proofs/report.ts';
import type { Outcome } from './proofs/report.ts';

const root = join(import.meta.dirname, '..');
const logs = join(root, 'node_modules/.cache/proofs');
/** Several times what the longest takes on two idle cores. */
const LONGEST_MS = 120 * 60 * 1000;
/** Of the log of a proof that failed. */
const SHOWN_LINES = 60;

async function run(proof: Proof, { quick, atEnd }: { quick: boolean; atEnd: AtEnd }): Promise<Outcome> {
  const [program = '', ...args] = (quick && proof.quick) || proof.command;
  const told = join(logs, `${proof.name}.jsonl`);
  const log = join(logs, `${proof.name}.log`);
  rmSync(told, { force: true });
  process.stdout.write(`${proof.name}…\n`);
  const beganAt = performance.now();
  // A group of its own, so that what it started ends with it.
  const child = spawn(program, args, {
    cwd: root,
    env: environment(told, quick),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const stop = (signal: NodeJS.Signals) => endGroup(child.pid, signal);
  atEnd(async () => stop('SIGKILL'));
  const timer = setTimeout(() => stop('SIGKILL'), LONGEST_MS);
  const output = createWriteStream(log);
  for (const stream of [child.stdout, child.stderr]) stream.pipe(output, { end: false });
  const code = await Promise.race([
    once(child, 'close').then(([ended]) => ended as number | null),
    once(child, 'error').then(() => 127),
  ]);
  clearTimeout(timer);
  stop('SIGKILL');
  output.end();
  await once(output, 'close');
  const elapsedMs = performance.now() - beganAt;
  const outcome = judge(
    proof,
    { code, told: existsSync(told) ? readFileSync(told, 'utf8') : '', elapsedMs },
    { quick },
  );
  tell(outcome, log);
  if (!quick) await keep('proofs', proof.name, [rowOf(outcome)]);
  return outcome;
}

function environment(told: string, quick: boolean): NodeJS.ProcessEnv {
  const path = [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  return { ...process.env, PATH: path, FAMILIAR_PROOF_FILE: told, ...(quick ? {} : { FAMILIAR_TEST_LONG: '1' }) };
}

/** Nothing to do when all of it has ended. */
function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function tell({ proof, cases, failure, elapsedMs }: Outcome, log: string): void {
  const size = `${cases.toLocaleString('en')} ${proof.unit}, ${duration(elapsedMs)}`;
  if (failure === undefined) {
    process.stdout.write(`${proof.name}: holds (${size})\n`);
    return;
  }
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  process.stdout.write(`${proof.name}: FAILED: ${failure} (${size})\n${lines.slice(-SHOWN_LINES).join('\n')}\n\n`);
}

/** Two at a time, then each of those that want to be alone. In the order of the list. */
async function runAll(wanted: readonly Proof[], options: { quick: boolean; atEnd: AtEnd }): Promise<Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  const together = wanted.filter(({ alone }) => alone !== true);
  const worker = async () => {
    for (let next = together.shift(); next; next = together.shift()) outcomes.set(next.name, await run(next, options));
  };
  await Promise.all([worker(), worker()]);
  for (const proof of wanted.filter(({ alone }) => alone)) outcomes.set(proof.name, await run(proof, options));
  return wanted.flatMap(({ name }) => outcomes.get(name) ?? []);
}

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true, default: [] }, quick: { type: 'boolean', default: false } },
});
const { only, quick } = values;
const unknown = only.find((name) => !proofs.some((proof) => proof.name === name));
if (unknown !== undefined) {
  process.stderr.write(`There is no proof "${unknown}". Proofs: ${proofs.map(({ name }) => name).join(', ')}.\n`);
  process.exit(1);
}
mkdirSync(logs, { recursive: true });
const wanted = only.length === 0 ? proofs : proofs.filter(({ name }) => only.includes(name));
const outcomes = await withCleanUp((atEnd) => runAll(wanted, { quick, atEnd }));
process.stdout.write(`\n${markdown([head, ...outcomes.map(rowOf)])}\n`);
if (outcomes.length < wanted.length || outcomes.some(({ failure }) => failure !== undefined)) process.exitCode = 1;
