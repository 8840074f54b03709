/**
 * Counts each member's messages per day, for features that build on activity. It only listens.
 *
 * Invariants: no text is kept, only counts; a busy server costs one statement every few seconds, whatever the number of
 * messages. A crash may lose the counts of the last few seconds; nothing else needs them to be exact.
 */
import { z } from 'zod';
import { defineFeature } from '../../sdk/index.ts';
import { addCounts, countsOf, deleteCounts } from './store.ts';
import { createTally } from './tally.ts';

export const feature = defineFeature({
  name: 'activity',
  summary: 'Counts messages per member and day, without keeping any text.',
  intents: ['Guilds', 'GuildMessages'],
  settings: z.strictObject({
    enabled: z.boolean().default(true).meta({ changedBy: 'server' }),
    /** Seconds for which counts are gathered before they are written. */
    writeEverySeconds: z.int().min(1).max(600).default(10).meta({ kind: 'duration', unit: 'seconds' }),
  }),
  setup: ({ settings, clock, db, logger }) => {
    const { writeEverySeconds } = settings.instance;
    const tally = createTally({
      clock,
      delayMs: writeEverySeconds * 1000,
      write: (counts) => addCounts(db, counts),
      onError: (error) =>
        logger.warn({ error }, 'Message counts could not be written; they are kept for the next time.'),
    });
    return {
      on: {
        MESSAGE_CREATE: (message) => {
          const { guild_id: guildId, author, webhook_id: webhookId } = message;
          if (guildId === undefined || author.bot || webhookId !== undefined) return;
          if (settings.peek({ guildId }).enabled) tally.count(guildId, author.id);
        },
      },
      exportUser: (userId) => countsOf(db, userId),
      forgetUser: async (tx, userId) => {
        tally.forget(userId);
        return deleteCounts(tx, userId);
      },
      stop: () => tally.flush(),
    };
  },
});
