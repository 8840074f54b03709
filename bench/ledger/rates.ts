/** What a hold and its settlement cost, with and without a cap that all of them are held against. */
import { median, percentile } from '../lib/statistics.ts';
import type { Figure } from '../lib/statistics.ts';
import type { Crew } from './crew.ts';
import { onStage } from './stage.ts';
import type { Pairs } from './tasks.ts';

const rounds = 3;
const durationMs = 1500;
const warmUpMs = 500;
const bothInFlight = [16, 128] as const;
const bothCapped = [true, false] as const;

export async function rateFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const processes of [1, 4]) {
    const name = processes === 1 ? '1 process' : `${processes} processes`;
    figures.push(...(await onStage({ name, crew: processes }, ({ crew }) => measure(name, crew))));
  }
  return figures;
}

interface Round {
  perSecond: number;
  reserveMs: number[];
  pairMs: number[];
}

async function measure(name: string, crew: Crew): Promise<Figure[]> {
  const settings = bothInFlight.flatMap((inFlight) => bothCapped.map((capped) => ({ inFlight, capped })));
  const measured = settings.map((setting) => ({ ...setting, rounds: [] as Round[] }));
  for (const setting of settings) await run(crew, { ...setting, durationMs: warmUpMs });
  for (let round = 0; round < rounds; round += 1) {
    for (const setting of measured) setting.rounds.push(await run(crew, { ...setting, durationMs }));
  }
  return measured.flatMap(({ inFlight, capped, rounds: all }) => {
    const title = `${name}, ${inFlight} in flight, ${capped ? 'one cap on all' : 'no cap'}`;
    const reserveMs = all.flatMap((round) => round.reserveMs);
    const pairMs = all.flatMap((round) => round.pairMs);
    // Above that, people would see it before an answer. A figure of the way that an instance runs, in one process.
    const bound = crew.size === 1 && inFlight === 16 ? { atMost: 5 } : {};
    return [
      { name: `${title}: pairs`, value: median(all.map(({ perSecond }) => perSecond)), unit: 'per s' as const },
      { name: `${title}: pair p50`, value: median(pairMs), unit: 'ms' as const },
      { name: `${title}: reserve p50`, value: median(reserveMs), unit: 'ms' as const, ...bound },
      { name: `${title}: reserve p95`, value: percentile(reserveMs, 0.95), unit: 'ms' as const },
    ];
  });
}

async function run(crew: Crew, task: { inFlight: number; capped: boolean; durationMs: number }): Promise<Round> {
  const share = { ...task, inFlight: task.inFlight / crew.size };
  const all: Pairs[] = await crew.run(
    'pairs',
    Array.from({ length: crew.size }, () => share),
  );
  const pairMs = all.flatMap((pairs) => pairs.pairMs);
  return {
    perSecond: pairMs.length / (Math.max(...all.map(({ elapsedMs }) => elapsedMs)) / 1000),
    reserveMs: all.flatMap((pairs) => pairs.reserveMs),
    pairMs,
  };
}
