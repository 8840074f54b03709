import { z } from 'zod';
import type { FeatureContext } from '../../sdk/index.ts';

export const summarySettings = z.strictObject({
  /** Whether a model keeps a summary of what is too long ago to be sent. */
  enabled: z.boolean().default(true).meta({ changedBy: 'server' }),
  /** The id of the model that writes it; empty, or where the payer may not use it: the one that answers. */
  model: z.string().default('').meta({ kind: 'model', changedBy: 'server' }),
  /** The longest summary, in tokens. */
  maxTokens: z.int().min(100).max(4000).default(600).meta({ changedBy: 'server', tightenOnly: true }),
  /** Who pays for automatic summaries in servers: the server's pool, or the member who asked last. */
  paidBy: z.enum(['server', 'asker']).default('server').meta({ changedBy: 'owner' }),
});

export type SummaryContext = FeatureContext<z.output<typeof summarySettings>>;
