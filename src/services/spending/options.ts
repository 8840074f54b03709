import type { ReachCheckpoint } from '../../kernel/checkpoints.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Ids } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { ModelInfo } from '../../platform/models/index.ts';
import type { Db } from '../../platform/postgres/index.ts';
import type { AccessService } from '../access/index.ts';
import type { Audit } from '../audit/index.ts';
import type { Budgets } from '../budgets/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Limits } from '../limits/index.ts';
import type { Prices } from '../prices/index.ts';

export interface SpendingOptions {
  db: Db;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  access: AccessService;
  limits: Limits;
  ledger: Ledger;
  prices: Prices;
  budgets: Budgets;
  audit: Audit;
  models: {
    find(name: string): ModelInfo | undefined;
    /** The lines of settings that give a model a price. */
    priceLine(modelId: string): string;
  };
  /** The channel that a thread is in; undefined for other channels. */
  parentOfThread(channelId: string): string | undefined;
  /** The names of what may follow a request: see `followUpOf`. */
  followUps(): readonly string[];
  /** Tells those who run the bot; never rejects. */
  tellOwners: (text: { key: string; data: Record<string, string | number> }) => void;
  /** Does nothing unless given. */
  checkpoint?: ReachCheckpoint;
}
