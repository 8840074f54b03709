import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { signalIfRunning } from './processes.ts';

describe('signalIfRunning', () => {
  it('ends a process that runs, and leaves one that has ended meanwhile', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const pid = child.pid ?? NaN;
    const ended = once(child, 'exit');
    signalIfRunning(pid, 'SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(() => signalIfRunning(pid, 'SIGKILL')).not.toThrow();
  });

  it('tells of a signal that does not exist', () => {
    expect(() => signalIfRunning(process.pid, 'SIGNOTHING' as NodeJS.Signals)).toThrow(/SIGNOTHING/);
  });
});
