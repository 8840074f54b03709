import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const projectRoot = join(import.meta.dirname, '..');

/** Starting a process takes seconds on a busy machine. */
const PATIENCE = { timeout: 15_000 };

/** The npm package that holds Node for this platform. */
const localNode = `node-${process.platform}-${process.arch}`;

/**
 * Stands in for the application: says who it is, waits for a signal when told to (in place of the launcher's handlers, as
 * the application does), and ends with the code it is given.
 */
const APPLICATION = `
const [command, value] = process.argv.slice(2);
process.emitWarning('a feature', 'ExperimentalWarning');
process.emitWarning('something to act on');
if (command === 'exit') process.exitCode = Number(value);
if (command === 'wait' || command === 'start') {
  setInterval(() => {}, 1000);
  process.removeAllListeners('SIGTERM').on('SIGTERM', () => { console.log('got SIGTERM'); process.exit(7); });
}
console.log(JSON.stringify({
  pid: process.pid,
  args: process.argv.slice(2),
  cache: process.env.NODE_COMPILE_CACHE,
  launched: process.env.FAMILIAR_LAUNCHED,
}));
`;

/** Makes the Node that loads it look like one that is too old and cannot become another process. */
const PRETEND_OLD_NODE = `
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } });
process.execve = undefined;
`;

interface Run {
  child: ChildProcessByStdio<null, Readable, Readable>;
  nextLine(): Promise<string>;
  errors(): string;
  /** Resolves when the launcher has ended and no process holds its output any more, so none that it started lives. */
  end: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

let root: string;
const runs: Run[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'familiar-launcher-'));
  cpSync(join(projectRoot, 'bin'), join(root, 'bin'), { recursive: true });
  mkdirSync(join(root, 'src/app'), { recursive: true });
  mkdirSync(join(root, 'node_modules', localNode, 'bin'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(root, 'src/app/main.ts'), APPLICATION);
  writeFileSync(join(root, 'old-node.cjs'), PRETEND_OLD_NODE);
  symlinkSync(join(projectRoot, 'node_modules/chokidar'), join(root, 'node_modules/chokidar'));
});

afterEach(() => {
  for (const run of runs.splice(0)) run.child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

function installLocalNode(): void {
  symlinkSync(process.execPath, join(root, 'node_modules', localNode, 'bin/node'));
}

function launch(args: string[], nodeArgs: string[] = []): Run {
  return start(process.execPath, [...nodeArgs, join(root, 'bin/familiar.js'), ...args]);
}

function start(command: string, args: string[]): Run {
  const env: NodeJS.ProcessEnv = { ...process.env };
  delete env['NODE_COMPILE_CACHE'];
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const end = new Promise<Awaited<Run['end']>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const nextLine = async (): Promise<string> => String((await lines.next()).value);
  const run = { child, nextLine, errors: () => errors, end };
  runs.push(run);
  return run;
}

const asOldNode = () => ['--require', join(root, 'old-node.cjs')];

interface Greeting {
  pid: number;
  args: string[];
  cache?: string;
  launched?: string;
}

async function greeting(run: Run): Promise<Greeting> {
  return JSON.parse(await run.nextLine()) as Greeting;
}

describe('on a new enough Node', () => {
  it('runs the application in the same process with its arguments and exit code', async () => {
    const run = launch(['exit', '3']);
    const hello = await greeting(run);
    expect(hello).toMatchObject({ pid: run.child.pid, args: ['exit', '3'] });
    expect(await run.end).toEqual({ code: 3, signal: null });
  });

  it('hides warnings that users cannot act on, and only those', async () => {
    const run = launch(['exit', '0']);
    await run.end;
    expect(run.errors()).toContain('something to act on');
    expect(run.errors()).not.toContain('a feature');
  });

  it('keeps compiled code in the project, or in the folder for temporary files when that cannot be written', async () => {
    expect((await greeting(launch(['exit', '0']))).cache).toBe(join(root, 'node_modules/.cache/compile'));
    rmSync(join(root, 'node_modules/.cache'), { recursive: true });
    writeFileSync(join(root, 'node_modules/.cache'), 'not a folder');
    expect((await greeting(launch(['exit', '0']))).cache).toContain(join(tmpdir(), 'familiar-compile-cache-'));
  });
});

describe('on an older Node', () => {
  it('says in one line what to do when there is no other', async () => {
    const run = launch(['start'], asOldNode());
    expect(await run.end).toEqual({ code: 1, signal: null });
    expect(run.errors().trim().split('\n')).toEqual([expect.stringMatching(/needs Node 24 .*20\.0\.0.*npm install/)]);
  });

  it('runs the application on the local Node with its arguments and exit code', async () => {
    installLocalNode();
    const run = launch(['exit', '5'], asOldNode());
    const hello = await greeting(run);
    expect(hello.args).toEqual(['exit', '5']);
    expect(hello.pid).not.toBe(run.child.pid);
    expect(hello.launched).toBeUndefined();
    expect(await run.end).toEqual({ code: 5, signal: null });
  });

  it('passes a signal down and the exit code up', async () => {
    installLocalNode();
    const run = launch(['wait'], asOldNode());
    await greeting(run);
    run.child.kill('SIGTERM');
    expect(await run.nextLine()).toBe('got SIGTERM');
    expect(await run.end).toEqual({ code: 7, signal: null });
  });

  it('ends by the signal that ended the application', async () => {
    installLocalNode();
    const run = launch(['wait'], asOldNode());
    process.kill((await greeting(run)).pid, 'SIGKILL');
    expect(await run.end).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('leaves no orphan when it is killed itself', async () => {
    installLocalNode();
    const run = launch(['wait'], asOldNode());
    await greeting(run);
    run.child.kill('SIGKILL');
    expect(await run.nextLine()).toBe('got SIGTERM');
    expect(await run.end).toEqual({ code: null, signal: 'SIGKILL' });
  });
});

describe('under npm', () => {
  beforeEach(() => {
    const { scripts } = createRequire(import.meta.url)('../package.json') as { scripts: Record<string, string> };
    writeFileSync(join(root, 'package.json'), JSON.stringify({ type: 'module', scripts: { start: scripts['start'] } }));
  });

  it('stops in good order when npm is asked to stop, and npm waits for it', async () => {
    const run = start('npm', ['start', '--silent']);
    await greeting(run);
    run.child.kill('SIGTERM');
    expect(await run.nextLine()).toBe('got SIGTERM');
    expect(await run.end).toEqual({ code: 7, signal: null });
  });

  it('leaves no orphan when npm is killed', async () => {
    const run = start('npm', ['start', '--silent']);
    await greeting(run);
    run.child.kill('SIGKILL');
    expect(await run.nextLine()).toBe('got SIGTERM');
    expect(await run.end).toEqual({ code: null, signal: 'SIGKILL' });
  });
});

describe('familiar dev', () => {
  it('ends the application in good order and starts it again when a file changes', async () => {
    const run = launch(['dev', '--flag']);
    const first = await greeting(run);
    expect(first.args).toEqual(['start', '--flag']);
    await expect.poll(run.errors, PATIENCE).toContain('watching');
    writeFileSync(join(root, 'src/app/other.ts'), '');
    expect(await run.nextLine()).toBe('got SIGTERM');
    const second = await greeting(run);
    expect(second.pid).not.toBe(first.pid);
    run.child.kill('SIGTERM');
    expect(await run.nextLine()).toBe('got SIGTERM');
    expect(await run.end).toEqual({ code: 7, signal: null });
  });

  it('waits for a change after a crash', async () => {
    writeFileSync(join(root, 'src/app/main.ts'), 'throw new Error("broken");');
    const run = launch(['dev']);
    await expect.poll(run.errors, PATIENCE).toContain('waiting for a change');
    await expect.poll(run.errors, PATIENCE).toContain('watching');
    writeFileSync(join(root, 'src/app/main.ts'), APPLICATION);
    expect((await greeting(run)).args).toEqual(['start']);
  });
});
