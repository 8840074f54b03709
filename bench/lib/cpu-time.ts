import { readdirSync, readFileSync } from 'node:fs';

/** Of the times in /proc/<pid>/stat: USER_HZ is 100 on all of Linux's architectures in use (proc(5)). */
const msPerTick = 10;

interface Stat {
  pid: number;
  parent: number;
  /** Of the process itself, all threads. */
  ownMs: number;
  /** Of its children that have ended. */
  childrenMs: number;
}

function statOf(pid: number): Stat {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program, in parentheses, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ms = (from: number) => (Number(fields[from]) + Number(fields[from + 1])) * msPerTick;
  return { pid, parent: Number(fields[1]), ownMs: ms(11), childrenMs: ms(13) };
}

/** CPU time that a process has used so far, all threads, in milliseconds. Linux only. */
export const cpuMs = (pid: number): number => statOf(pid).ownMs;

/** CPU time that these processes and all below them have used so far, in milliseconds. Linux only. */
export function treeCpuMs(roots: readonly number[]): number {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  const stats = pids.flatMap((pid) => {
    try {
      return statOf(pid);
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
  const counted = new Set(roots);
  for (let before = 0; before < counted.size;) {
    before = counted.size;
    for (const { pid, parent } of stats) if (counted.has(parent)) counted.add(pid);
  }
  return stats
    .filter(({ pid }) => counted.has(pid))
    .reduce((sum, { ownMs, childrenMs }) => sum + ownMs + childrenMs, 0);
}
