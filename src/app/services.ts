import { StartError } from '../kernel/errors.ts';
import type { Timer } from '../kernel/clock.ts';
import { relativeMoment } from '../kernel/moments.ts';
import { abilities } from '../platform/config/index.ts';
import { priceLine } from '../platform/models/index.ts';
import type { MigrationSource } from '../platform/postgres/index.ts';
import type { Texts } from '../platform/texts/index.ts';
import { createAccess } from '../services/access/index.ts';
import type { AccessService } from '../services/access/index.ts';
import { auditMigrations, createAudit } from '../services/audit/index.ts';
import type { Audit } from '../services/audit/index.ts';
import { createBreaker, openBudgets } from '../services/budgets/index.ts';
import type { Breaker, Budgets } from '../services/budgets/index.ts';
import { createGenerations } from '../services/generation/index.ts';
import type { Generations } from '../services/generation/index.ts';
import { createLedger, ledgerMigrations } from '../services/ledger/index.ts';
import type { Ledger } from '../services/ledger/index.ts';
import { createLimits, limitsMigrations } from '../services/limits/index.ts';
import type { Limits } from '../services/limits/index.ts';
import { createPrices } from '../services/prices/index.ts';
import type { Prices } from '../services/prices/index.ts';
import { createPrivacy, openPastUses, privacyMigrations } from '../services/privacy/index.ts';
import type { Privacy } from '../services/privacy/index.ts';
import { createSpending, createSpendingOff, spendingMigrations } from '../services/spending/index.ts';
import type { Spending } from '../services/spending/index.ts';
import type { Closers } from './closers.ts';
import type { LoadedFeature } from './features.ts';
import { personalDataProviders } from './personal-data.ts';
import { createOwnerNews } from './owner-news.ts';
import type { PlatformOptions, Platforms } from './platforms.ts';
import { createProviderNews } from './provider-news.ts';
import type { ProviderNews } from './provider-news.ts';

/** How often holds whose time is over are ended and runaway spending is looked for. */
const upkeepMs = 5000;
const sweepMs = 60 * 60 * 1000;

/** The rules that features share. */
export interface Services {
  access: AccessService;
  audit: Audit;
  limits: Limits;
  ledger: Ledger;
  budgets: Budgets;
  prices: Prices;
  spending: Spending;
  generations: Generations;
  privacy: Privacy;
  providerNews: ProviderNews;
}

export const serviceMigrations: readonly MigrationSource[] = [
  limitsMigrations,
  auditMigrations,
  ledgerMigrations,
  spendingMigrations,
  privacyMigrations,
];

/** `features` are asked what they keep of people and how they follow up answers, once they are set up. */
export async function openServices(
  options: PlatformOptions,
  platforms: Platforms,
  appTexts: Texts,
  closers: Closers,
  features: () => readonly LoadedFeature[],
): Promise<Services> {
  const { config, clock, ids, logger, checkpoint } = options;
  const { postgres, settings, models, discord, vault, queue } = platforms;
  const audit = createAudit({ postgres, clock, logger, vault });
  closers.add(() => audit.close());
  const limits = createLimits({ postgres, clock });
  const ledger = createLedger({ postgres, clock, ids, logger });
  const budgets = openBudgets({ config: config.budgets, settings, clock });
  const prices = createPrices({ config: config.prices, providers: config.providers, settings });
  const { administrators } = config.instance;
  const parentOfThread = (channelId: string) => discord.cache.parentOfThread(channelId);
  const past = await openPastUses({ postgres, vault, clock });
  closers.add(() => past.close());
  const access = createAccess({
    ...{ config: config.access, administrators, settings, parentOfThread },
    usedBefore: (userId, unit, period) => past.of(userId, unit, period),
  });
  const news = createOwnerNews({ administrators, discord, appTexts, ids, logger });
  closers.add(() => news.idle());
  const providerNews = createProviderNews({ models, news, clock, config });
  if (!config.budgets.enabled) checkAllFree(platforms);
  const spending = config.budgets.enabled
    ? createSpending({
        db: postgres.db,
        ...{ access, audit, limits, ledger, budgets, prices, clock, ids, logger },
        models: { find: (name) => models.find(name), priceLine },
        parentOfThread,
        followUps: () => features().flatMap(followUpsOf),
        tellOwners: ({ key, data }) => news.tell(key, data),
        ...(checkpoint && { checkpoint }),
      })
    : createSpendingOff({ access });
  const breaker = createBreaker({
    ...{ ledger, budgets, audit, clock },
    db: postgres.db,
    config: config.budgets.breaker,
    tell: (pause) => {
      const until = relativeMoment(pause.untilMs);
      news.tell(`spending.paused.${pause.scope.kind}`, { id: pause.scope.id, reason: pause.reason, until });
      return Promise.resolve();
    },
  });
  keepUp(options, { ledger, limits, breaker }, closers);
  const privacy = createPrivacy({
    ...{ postgres, clock, ids, vault, queue, settings },
    ...{ limits, ledger, audit, spending, past },
    features: () => personalDataProviders(features(), platforms),
  });
  const generations = createGenerations({ models, prices, spending });
  return { access, audit, limits, ledger, budgets, prices, spending, generations, privacy, providerNews };
}

function checkAllFree({ models }: Platforms): void {
  const others = abilities.flatMap((ability) => models.abilities.list(ability));
  const paid = [...models.list(), ...others].find((model) => model.paid);
  if (!paid) return;
  throw new StartError(
    `budgets.enabled is false, but ${paid.id} costs money: nothing would be counted. Leave budgets.enabled out, or use free models only.`,
  );
}

/** Every process does it; each of its parts is safe to be done by several at once. */
function keepUp(
  { clock, logger }: PlatformOptions,
  { ledger, limits, breaker }: { ledger: Ledger; limits: Limits; breaker: Breaker },
  closers: Closers,
): void {
  const every = (periodMs: number, name: string, run: () => Promise<unknown>): void => {
    let timer: Timer;
    let running = Promise.resolve();
    const begin = () => {
      running = run()
        .catch((error: unknown) => logger.debug({ error, upkeep: name }, 'Upkeep failed and will be tried again.'))
        .then(() => void (timer = clock.after(periodMs, begin)));
    };
    timer = clock.after(periodMs, begin);
    closers.add(async () => {
      await running;
      timer.cancel();
    });
  };
  every(upkeepMs, 'expire', () => ledger.expire());
  every(upkeepMs, 'breaker', () => breaker.check());
  every(sweepMs, 'sweep', () => limits.sweep());
}

/** Steps after an answer pay under names of their own. */
const followUpsOf = ({ parts }: LoadedFeature): string[] =>
  (parts.answerSteps ?? []).filter(({ at }) => at === 'after-shown').map(({ name }) => name);
