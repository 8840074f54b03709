import { z } from 'zod';
import type { FeatureContext } from '../../sdk/index.ts';

/** Ten years: longer is a slip of the pen. */
export const mostDays = 3650;

export const privacySettings = z.strictObject({
  /** How long what people wrote and what was answered is kept, in days; null keeps it. Guilds may only set less. */
  retentionDays: z
    .int()
    .min(1)
    .max(mostDays)
    .nullable()
    .default(null)
    .meta({ kind: 'duration', unit: 'days', changedBy: 'server', tightenOnly: true }),
});

type PrivacySettings = z.output<typeof privacySettings>;
export type PrivacyContext = FeatureContext<PrivacySettings>;
