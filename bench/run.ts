/**
 * Runs the benchmarks and prints their figures, each with the bound that it must keep. Those with a bound go to README.md
 * as each benchmark ends. Exits with 1 when one is missed.
 *
 *     npm run bench [-- first-text final-text gateway emulator queue ledger ledger-chats memory images gif]
 */
import { benchEmulator } from './emulator.ts';
import { benchGateway } from './gateway.ts';
import { benchGif } from './gif.ts';
import { benchFinalText, benchFirstText } from './first-text.ts';
import { benchImages } from './images.ts';
import { benchLedger } from './ledger.ts';
import { benchLedgerChats } from './ledger-chats.ts';
import { benchMemory } from './memory.ts';
import { benchQueue } from './queue.ts';
import { benchmarkNames } from './lib/columns.ts';
import { keep } from './lib/record.ts';
import { boundedRows, holds, table } from './lib/statistics.ts';
import type { Figure } from './lib/statistics.ts';

const benchmarks: Readonly<Record<(typeof benchmarkNames)[number], () => Promise<Figure[]>>> = {
  'first-text': benchFirstText,
  'final-text': benchFinalText,
  gateway: benchGateway,
  emulator: benchEmulator,
  queue: benchQueue,
  ledger: benchLedger,
  'ledger-chats': benchLedgerChats,
  memory: benchMemory,
  images: benchImages,
  gif: benchGif,
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in benchmarks));
if (unknown !== undefined) {
  process.stderr.write(`There is no benchmark "${unknown}". Benchmarks: ${benchmarkNames.join(', ')}.\n`);
  process.exit(1);
}

const figures: Figure[] = [];
for (const name of benchmarkNames) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`${name}…\n`);
  const measured = await benchmarks[name]();
  process.stdout.write(`${table(measured)}\n\n`);
  figures.push(...measured);
  await keep('figures', name, boundedRows(measured));
}
if (!figures.every(holds)) process.exit(1);
