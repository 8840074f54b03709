import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

// Each runs the whole program, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const launcher = join(import.meta.dirname, '../../bin/familiar.js');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar command line '));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the program as a person would. */
function familiar(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { PATH: process.env['PATH'] } };
    execFile(process.execPath, [launcher, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

describe('the command line', () => {
  it('lists every command, each of which has help with its usage, options and an example', async () => {
    const { stdout } = await familiar('--help');
    const names = [...stdout.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name ?? '');
    expect(names).toEqual(['start', 'doctor', 'policy', 'audit', 'emulator', 'dev']);
    const helps = await Promise.all(names.map(async (name) => ({ name, help: await familiar(name, '--help') })));
    for (const { name, help } of helps) {
      expect(help, name).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout, name).toMatch(new RegExp(`^Usage: familiar ${name}`));
      expect(help.stdout, name).toMatch(/-h, --help +show this/);
      expect(help.stdout, name).toMatch(/^Examples?: npm (run|start)/m);
    }
  });

  it.each([
    ['start', '--queue', 'text', /There is no option "--queue"\. Did you mean --queues\? Options: --queues, --help\./],
    ['start', '--queues', 'video', /There is no queue "video"\. Queues: text, images/],
    ['doctor', 'now', '', /I don't know what to do with "now"\. `familiar doctor --help` tells more\./],
    ['policy', 'explain', '--usr=1', /no option "--usr"\. Did you mean --user\? Options: --user, --guild, --channel/],
    ['emulator', '--port', '1', /There is no option "--port"\. Options: --help/],
    ['nonsense', '', '', /There is no command "nonsense"\.\n\nUsage/],
  ])('refuses %s %s %s with what there is', async (command, first, second, message) => {
    const refused = await familiar(...[command, first, second].filter((word) => word !== ''));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(message);
    expect(refused.stderr).not.toMatch(/\n\s+at /);
  });
});
