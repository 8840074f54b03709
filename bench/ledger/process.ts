/**
 * One process of the load, with connections of its own. Started with the address of the database, how
 * many connections it may have and the settings file; does what its parent orders and ends when the parent lets go of it.
 */
import { silentLogger } from '../../src/kernel/logger.ts';
import { openPostgres } from '../../src/platform/postgres/index.ts';
import { checkThenCharge } from './check-then-charge.ts';
import { measurePairs } from './pairs.ts';
import type { Order, Reply } from './tasks.ts';
import { openLedger, openTill } from './till.ts';

const [url, poolSize, settingsFile = ''] = process.argv.slice(2);
const postgres = await openPostgres({ url, dataDir: '/', logger: silentLogger, poolSize: Number(poolSize) });
const till = await openTill(postgres, settingsFile);
const ledger = openLedger(postgres);

function run({ name, input }: Order): Promise<unknown> {
  switch (name) {
    case 'spend':
      return Promise.all(input.requests.map((request) => till.spend(request)));
    case 'checkThenCharge':
      return Promise.all(input.requests.map((request) => checkThenCharge(postgres, request, input.budgetMicros)));
    case 'pairs':
      return measurePairs(ledger, input);
  }
}

const reply = (message: Reply) => process.connected && process.send?.(message);

process.on('message', (order: Order) => {
  run(order).then(
    (result) => reply({ status: 'done', result }),
    (error: unknown) =>
      reply({ status: 'failed', stack: error instanceof Error ? (error.stack ?? '') : String(error) }),
  );
});
process.on('disconnect', () => {
  void till
    .close()
    .then(() => postgres.close())
    .finally(() => process.exit());
});
reply({ status: 'ready' });
