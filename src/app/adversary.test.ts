import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seeded } from '../../bench/lib/seeded.ts';
import { writeSettings } from '../../bench/lib/settings.ts';
import { median, percentile, table } from '../../bench/lib/statistics.ts';
import { microsOfUsd } from '../kernel/money.ts';
import { actNames } from '../testing/adversary/acts.ts';
import { attackWith } from '../testing/adversary/run.ts';
import type { AttackReport } from '../testing/adversary/run.ts';
import { openStage } from '../testing/adversary/stage.ts';
import type { Stage } from '../testing/adversary/stage.ts';
import { longTests, tellCases } from '../testing/long.ts';
import { testDatabase } from '../testing/postgres.ts';
import type { TestDatabase } from '../testing/postgres.ts';
import { featureMigrations, featuresFolder, findFeatures } from './features.ts';
import { platformMigrations } from './platforms.ts';
import { serviceMigrations } from './services.ts';

const size = longTests() ? { acts: 300, capUsd: 1 } : { acts: actNames.length, capUsd: 0.1 };
const seed = Number(process.env['ADVERSARY_SEED'] ?? 1);
/** What the bot may take, its helpers included; the database and Discord are not among them. */
const MOST_MB = 400;
/** A sample runs beside other tests, which take the processors from it. */
const NEIGHBOUR_WITHIN_MS = longTests() ? 5000 : 15_000;

let database: TestDatabase;
let stage: Stage;
let report: AttackReport;

beforeAll(async () => {
  const features = featureMigrations(await findFeatures(featuresFolder));
  database = await testDatabase({ migrations: [...platformMigrations, ...serviceMigrations, ...features] });
  stage = await openStage({ database, writeSettings, capUsd: size.capUsd, random: seeded(seed) });
  report = await attackWith(stage, size.acts);
  tellCases('adversary', report.acts);
  if (longTests()) console.log(tableOf(report));
}, 900_000);
afterAll(async () => {
  await stage.close();
  await database.close();
});

describe(`an attacking member with ${size.acts} acts against a cap of $${size.capUsd}`, () => {
  it('has committed every act and was really answered', () => {
    expect(Object.values(report.kinds).reduce((sum, count) => sum + count, 0)).toBe(size.acts);
    expect(report.calls).toBeGreaterThan(size.acts / 10);
    if (longTests()) expect(report.books.spent).toBeGreaterThan(0.9 * microsOfUsd(size.capUsd));
  });

  it('never makes the instance spend more than the cap and the reported overrun', () => {
    const { spent, held, overrun } = report.books;
    expect(held).toBe(0);
    expect(spent).toBeLessThanOrEqual(microsOfUsd(size.capUsd) + overrun);
  });

  // Beside other tests the bot reads late, and how much the provider has written by then depends on them.
  it.runIf(longTests())('gets nothing from the provider that the books do not know', () => {
    expect(report.worth).toBeGreaterThan(0);
    expect(report.worth).toBeLessThanOrEqual(report.books.spent + report.onItsWay);
  });

  it('keeps nobody in another channel waiting', () => {
    expect(report.neighbourMs.length).toBeGreaterThan(1);
    expect(Math.max(...report.neighbourMs)).toBeLessThan(NEIGHBOUR_WITHIN_MS);
  });

  it('does not fill the memory', () => {
    expect(report.peakMb).toBeGreaterThan(50);
    expect(report.peakMb).toBeLessThan(MOST_MB);
  });

  it('leads no key to another address', () => {
    expect(stage.provider.leaks).toEqual([]);
  });
});

function tableOf({ acts, calls, worth, onItsWay, books, neighbourMs, peakMb }: AttackReport): string {
  const usd = (micros: number) => micros / microsOfUsd(1);
  return table([
    { name: 'acts', value: acts, unit: 'count', atLeast: size.acts },
    { name: 'calls of the paid provider', value: calls, unit: 'count' },
    { name: 'spent, by the books', value: usd(books.spent), unit: 'USD', atMost: size.capUsd + usd(books.overrun) },
    { name: 'of that beyond what was held', value: usd(books.overrun), unit: 'USD' },
    { name: 'worth, by the provider', value: usd(worth), unit: 'USD', atMost: usd(books.spent + onItsWay) },
    { name: 'a neighbour’s answer, median', value: median(neighbourMs), unit: 'ms' },
    { name: 'a neighbour’s answer, worst', value: percentile(neighbourMs, 1), unit: 'ms', atMost: NEIGHBOUR_WITHIN_MS },
    { name: 'memory, most', value: peakMb, unit: 'MB', atMost: MOST_MB },
  ]);
}
