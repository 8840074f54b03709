import { mkdtemp, chmod, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startEmulator } from '../../emulator/index.ts';
import type { Emulator } from '../../emulator/index.ts';
import { longTests, tellCases } from '../testing/long.ts';
import { signalIfRunning } from '../testing/processes.ts';
import { openTerminal, processesIn, withoutTerminal } from '../testing/terminal.ts';
import type { Terminal } from '../testing/terminal.ts';

const root = join(import.meta.dirname, '../..');
const rounds = Array.from({ length: longTests() ? 20 : 1 }, (_, index) => index + 1);
const missing = await withoutTerminal();
if (missing !== undefined) console.warn(`The tests of stopping in a terminal are skipped. ${missing}`);

let emulator: Emulator;
let folder: string;
let terminal: Terminal | undefined;
beforeAll(async () => {
  emulator = await startEmulator({ port: 0, dataDir: null });
});
afterAll(() => emulator.close());
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'familiar-stop-')));
  await chmod(folder, 0o711);
  const { scripts } = createRequire(import.meta.url)('../../package.json') as { scripts: Record<string, string> };
  const start = scripts['start']?.replace('bin/', `${root}/bin/`);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', scripts: { start } }));
});
afterEach(async () => {
  await terminal?.close();
  for (const { pid } of await processesIn(folder)) signalIfRunning(pid, 'SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

const settings = (): NodeJS.ProcessEnv => ({
  DISCORD_TOKEN: [...emulator.core.world.users.values()].find((user) => user.bot)?.token,
  DISCORD_API_BASE: `${emulator.origin}/api`,
  PORT: '0',
});

/** An interactive shell, which gives each command a process group of its own. */
function openShell(): Terminal {
  const shell = openTerminal('exec bash --norc -i', folder, settings());
  terminal = shell;
  return shell;
}

/** What stays while the window is open. */
const ofTheTerminal = /^(bash|\/usr\/bin\/script) /;

/** At once or very soon after: what a shell says first, it says when the last process is on its way out. */
async function nothingIsLeft(except = /^$/): Promise<void> {
  const left = async () => (await processesIn(folder)).filter(({ command }) => !except.test(command));
  await vi.waitFor(async () => expect(await left()).toEqual([]), { timeout: 2000, interval: 20 });
}

describe.skipIf(missing !== undefined)('familiar in a terminal ends with code 0 and leaves no process', () => {
  afterEach(() => tellCases('stop', 1));

  it.each(rounds)('on Ctrl+C under npm (round %i)', { timeout: 60_000 }, async () => {
    const shell = openShell();
    shell.types('npm start --silent; echo "ended: $?"\r');
    await shell.shows(/is ready/);
    shell.types('\x03');
    const [, code] = await shell.shows(/ended: (\d+)/);
    expect(code).toBe('0');
    await nothingIsLeft(ofTheTerminal);
  });

  it.each(rounds)(
    'on SIGTERM by timeout, which signals npm and then all of them (round %i)',
    { timeout: 60_000 },
    async () => {
      const shell = openShell();
      shell.types('timeout --preserve-status 600 npm start --silent; echo "ended: $?"\r');
      await shell.shows(/is ready/);
      const timer = (await processesIn(folder)).find(({ command }) => command.startsWith('timeout'));
      process.kill(timer?.pid ?? NaN, 'SIGTERM');
      const [, code] = await shell.shows(/ended: (\d+)/);
      expect(code).toBe('0');
      await nothingIsLeft(ofTheTerminal);
    },
  );

  it.each(rounds)(
    'when the terminal is closed, and not on any other SIGHUP (round %i)',
    { timeout: 60_000 },
    async () => {
      const codeFile = join(folder, 'code');
      const command = `trap '' HUP; node ${root}/bin/familiar.js start; echo $? > ${codeFile}`;
      terminal = openTerminal(`bash --norc -c "${command.replaceAll('$', '\\$')}"`, folder, settings());
      const [, address] = await terminal.shows(/Health\s+(http:\S+)/);
      for (const { pid, command: name } of await processesIn(folder))
        if (/^\S*node /.test(name)) signalIfRunning(pid, 'SIGHUP');
      expect((await fetch(String(address))).status).toBe(200);
      expect(terminal.shown()).not.toContain('Stopping');
      await terminal.close();
      const written = async () => expect(await readFile(codeFile, 'utf8')).toMatch(/\n/);
      await vi.waitFor(written, { timeout: 20_000, interval: 20 });
      expect(await readFile(codeFile, 'utf8')).toBe('0\n');
      await nothingIsLeft();
    },
  );

  it('under npm when the terminal is closed', { timeout: 60_000 }, async () => {
    const shell = openShell();
    shell.types('npm start --silent\r');
    await shell.shows(/is ready/);
    await shell.close();
    await vi.waitFor(async () => expect(await processesIn(folder)).toEqual([]), { timeout: 20_000, interval: 50 });
  });

  it('on Ctrl+C while it starts', { timeout: 60_000 }, async () => {
    const shell = openShell();
    shell.types('npm start --silent; echo "ended: $?"\r');
    await vi.waitFor(
      async () => expect((await processesIn(folder)).some(({ command }) => /initdb|postgres/.test(command))).toBe(true),
      { timeout: 20_000, interval: 5 },
    );
    shell.types('\x03');
    const [, code] = await shell.shows(/ended: (\d+)/);
    expect(code).toBe('0');
    await nothingIsLeft(ofTheTerminal);
  });
});
