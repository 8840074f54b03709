import { readFileSync } from 'node:fs';
import { cpuMs } from './cpu-time.ts';

const stepMs = 500;
/** A process that has used less in a step has nothing to do but its timers. */
const quietMs = 30;
const patienceMs = 60_000;

/** Memory that a process occupies (resident set), in MB. Linux only. */
export function residentMb(pid: number): number {
  const kilobytes = /^Rss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error(`The system does not say how much memory process ${pid} has.`);
  return Number(kilobytes) / 1024;
}

/** Resolves when a process has come to rest for a second. */
export async function settled(pid: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (let quietSteps = 0, before = cpuMs(pid); quietSteps < 2;) {
    await new Promise((resolve) => setTimeout(resolve, stepMs));
    const now = cpuMs(pid);
    quietSteps = now - before < quietMs ? quietSteps + 1 : 0;
    before = now;
    if (performance.now() > deadline) throw new Error(`Process ${pid} does not come to rest.`);
  }
}
