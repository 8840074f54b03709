import { z } from 'zod';
import type { FeatureContext } from '../../sdk/index.ts';

/** Ten years: more is a typing error. */
export const mostDays = 3650;

export const privacySettings = z.strictObject({
  /** Days after which chats are deleted; null keeps them. Guilds may only set less. */
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
