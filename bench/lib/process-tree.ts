import { readdirSync, readFileSync } from 'node:fs';

/** Of the times in /proc/<pid>/stat: USER_HZ is 100 on all of Linux's architectures in use (proc(5)). */
const msPerTick = 10;

interface Stat {
  pid: number;
  parent: number;
  /** With that of children that have ended. */
  cpuMs: number;
}

function statOf(pid: number): Stat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { pid, parent: Number(fields[1]), cpuMs: ticks * msPerTick };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

/** CPU time that these processes and all below them have used so far, in milliseconds. Linux only. */
export function treeCpuMs(roots: readonly number[]): number {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  const stats = pids.flatMap((pid) => statOf(pid) ?? []);
  const counted = new Set(roots);
  for (let before = 0; before < counted.size;) {
    before = counted.size;
    for (const { pid, parent } of stats) if (counted.has(parent)) counted.add(pid);
  }
  return stats.filter(({ pid }) => counted.has(pid)).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}
