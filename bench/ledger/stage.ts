import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withCleanUp } from '../lib/clean-up.ts';
import { openDatabase } from '../lib/database.ts';
import type { Database } from '../lib/database.ts';
import { writeSettings } from '../lib/settings.ts';
import type { Figure } from '../lib/statistics.ts';
import { startCrew } from './crew.ts';
import type { Crew } from './crew.ts';
import { openLedger, tillMigrations } from './till.ts';

export interface Stage {
  database: Database;
  crew: Crew;
}

/** Measures on a server of its own, and looks afterwards whether every account equals the sum of its entries. */
export function onStage(
  { name, crew, settings = {} }: { name: string; crew: number; settings?: Readonly<Record<string, unknown>> },
  measure: (stage: Stage) => Promise<Figure[]>,
): Promise<Figure[]> {
  return withCleanUp(async (atEnd) => {
    const folder = await mkdtemp(join(tmpdir(), 'familiar-bench-'));
    atEnd(() => rm(folder, { recursive: true, force: true }));
    const settingsFile = await writeSettings(folder, settings);
    const database = await openDatabase(atEnd, tillMigrations);
    const figures = await measure({ database, crew: await startCrew(crew, database.url, settingsFile, atEnd) });
    const wrong = await openLedger(database.postgres).verify();
    return [
      ...figures,
      { name: `${name}: accounts that differ from their entries`, value: wrong.length, unit: 'count', atMost: 0 },
    ];
  });
}
