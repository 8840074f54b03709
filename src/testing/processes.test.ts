import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { signalIfRunning } from './processes.ts';

describe('signalIfRunning', () => {
  it('ends a running process, and ignores one that has just ended', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const pid = child.pid ?? NaN;
    const ended = once(child, 'exit');
    signalIfRunning(pid, 'SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(() => signalIfRunning(pid, 'SIGKILL')).not.toThrow();
  });

  it('rejects an unknown signal', () => {
    expect(() => signalIfRunning(process.pid, 'SIGNOTHING' as NodeJS.Signals)).toThrow(/SIGNOTHING/);
  });
});
