import { systemClock } from '../../src/kernel/clock.ts';
import { UserError, VendorError } from '../../src/kernel/errors.ts';
import { systemIds } from '../../src/kernel/ids.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import type { MigrationSource, Postgres } from '../../src/platform/postgres/index.ts';
import { createAccess } from '../../src/services/access/index.ts';
import { createAudit, auditMigrations } from '../../src/services/audit/index.ts';
import { openBudgets } from '../../src/services/budgets/index.ts';
import { createLedger, ledgerMigrations } from '../../src/services/ledger/index.ts';
import type { HoldResult, Ledger, Refusal } from '../../src/services/ledger/index.ts';
import { createLimits, limitsMigrations } from '../../src/services/limits/index.ts';
import { createPrices } from '../../src/services/prices/index.ts';
import { openSettings, settingsMigrations } from '../../src/services/settings/index.ts';
import { createSpending, spendingMigrations } from '../../src/services/spending/index.ts';
import type { Spending } from '../../src/services/spending/index.ts';
import { model } from './model.ts';
import type { Outcome, PaidRequest } from './tasks.ts';

export const tillMigrations: readonly MigrationSource[] = [
  settingsMigrations,
  auditMigrations,
  limitsMigrations,
  ledgerMigrations,
  spendingMigrations,
];

const place = { guildId: '100000000000000001', channelId: '100000000000000002' };

export const openLedger = (postgres: Postgres): Ledger =>
  createLedger({ postgres, clock: systemClock, ids: systemIds, logger: silentLogger });

/** The till of one process, put together as the bot does it, with the settings of a file. */
export interface Till {
  /** Admission, hold, a call of the provider, settlement. Rejects for faults only. */
  spend(request: PaidRequest): Promise<Outcome>;
  close(): Promise<void>;
}

export async function openTill(postgres: Postgres, settingsFile: string): Promise<Till> {
  const config = loadConfig({ env: { FAMILIAR_CONFIG: settingsFile }, folder: '/' });
  const settings = await openSettings(postgres);
  const audit = createAudit({ postgres, clock: systemClock, logger: silentLogger });
  const refusals = new Map<string, Refusal>();
  const spending = createSpending({
    db: postgres.db,
    clock: systemClock,
    ids: systemIds,
    logger: silentLogger,
    access: createAccess({ config: config.access, administrators: [], settings, parentOfThread: () => undefined }),
    limits: createLimits({ postgres, clock: systemClock }),
    ledger: listening(openLedger(postgres), (request, refusal) => refusals.set(request, refusal)),
    prices: createPrices({ config: config.prices, settings }),
    budgets: openBudgets({ config: config.budgets, settings, clock: systemClock }),
    audit,
    models: { find: () => model, priceLine: () => '' },
    parentOfThread: () => undefined,
    followUps: () => [],
    tellOwners: () => undefined,
  });
  return {
    spend: async (request) => {
      try {
        return { id: request.id, costMicros: await pay(spending, postgres, request), refusal: null };
      } catch (error) {
        const refusal = refusals.get(nameOf(request));
        if (!(error instanceof UserError) || !refusal) throw error;
        return { id: request.id, costMicros: null, refusal };
      }
    },
    close: async () => {
      await audit.close();
      await settings.close();
    },
  };
}

/** The same ledger; tells of every refusal, also of those after which the till waits and asks again. */
function listening(ledger: Ledger, refused: (request: string, refusal: Refusal) => void): Ledger {
  const tell = (request: string, result: HoldResult): HoldResult => {
    if (result.status === 'refused') refused(request, result.refusal);
    return result;
  };
  return {
    ...ledger,
    admit: async (tx, request) => tell(request.request, await ledger.admit(tx, request)),
    reserve: async (request) => tell(request.request, await ledger.reserve(request)),
  };
}

const attempts = 10;

/** On a machine that is busy with other things, hundreds may wait for a connection until it is given up. */
async function untilThere<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt === attempts || !(error instanceof VendorError) || !error.retryable) throw error;
    }
  }
}

const nameOf = ({ id }: PaidRequest): string => `bench/answer/${id}`;

/** Returns what the provider bills. */
async function pay(spending: Spending, postgres: Postgres, request: PaidRequest): Promise<number> {
  const { userId, wantedTokens, leastTokens, actualTokens, admittedTokens } = request;
  const name = nameOf(request);
  await untilThere(() =>
    postgres.transaction((tx) =>
      spending.admit(tx, {
        request: name,
        action: { kind: 'feature', feature: 'bench' },
        caller: { userId, displayName: userId, roleIds: [], permissions: 0n, instanceAdministrator: false },
        place,
        model,
        tokens: { input: 0, output: admittedTokens },
      }),
    ),
  );
  try {
    const call = await untilThere(() =>
      spending.call({
        request: name,
        step: 'answer',
        attempt: 1,
        candidates: [model],
        inputTokens: 0,
        outputTokens: { wanted: wantedTokens, least: leastTokens },
        signal: new AbortController().signal,
      }),
    );
    await systemClock.sleep(request.providerMs);
    const outputTokens = Math.min(actualTokens, call.outputTokens);
    const usage = { inputTokens: 0, outputTokens, cachedInputTokens: 0, reasoningTokens: 0, estimated: false };
    await call.settle([{ model, usage }]);
    return outputTokens;
  } finally {
    await spending.finish(name);
  }
}
