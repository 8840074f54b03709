import { z } from 'zod';
import type { Json } from '../../../kernel/json.ts';
import { defineJob } from '../../../sdk/index.ts';
import type { Expiry, FeatureParts, Tx } from '../../../sdk/index.ts';
import type { ImageContext, Needs } from '../settings.ts';
import { openBatch, wakeBatch } from './batch/batch.ts';
import { runBatch } from './batch/run.ts';
import { batchesOf, deleteBatchesOf, deleteUnbegunBefore, expireBatches, openBatches } from './batch/store.ts';
import { noteMessagesGone } from './find-store.ts';
import { deleteSharesBefore, deleteSharesOf, sharesOf } from './share-store.ts';
import { deleteStylesOf } from './style-store.ts';
import { ownStyles } from './styles.ts';
import { deleteViewsBefore, deleteViewsOf } from './view-store.ts';
import { viewMs } from './views.ts';

const batchPayload = z.strictObject({ batchId: z.uuid() });
const hourMs = 3_600_000;

export const galleryListeners = ({ db }: Needs<'db'>): NonNullable<FeatureParts['on']> => ({
  MESSAGE_DELETE: ({ id }) => noteMessagesGone(db, [id]),
  MESSAGE_DELETE_BULK: ({ ids }) => noteMessagesGone(db, ids),
});

/** Steps of batches, in a queue of their own: they only wait for images, whose places they must not take. */
export const batchJob = (context: ImageContext) =>
  defineJob({ payload: batchPayload, run: ({ batchId }) => runBatch(context, batchId) });

/**
 * Deletes lists that nobody looks at, addresses that have ended, and batches that nobody began. Wakes the others, of which a
 * step may have failed for good while Discord or the database were away.
 */
export async function sweepGallery(context: Needs<'db' | 'clock' | 'jobs'>): Promise<void> {
  const { db, clock } = context;
  await deleteViewsBefore(db, new Date(clock.now() - viewMs));
  await deleteSharesBefore(db, new Date(clock.now()));
  await deleteUnbegunBefore(db, new Date(clock.now() - hourMs));
  for (const id of await openBatches(db)) await wakeBatch({ context, db }, id);
}

/** What a member keeps beside images: styles, addresses, lists of prompts. */
export async function exportGallery(
  context: Needs<'db' | 'vault' | 'clock'>,
  userId: string,
): Promise<Record<string, Json>> {
  const shares = await sharesOf(context.db, userId, new Date(context.clock.now()));
  const batches: Json[] = [];
  for (const row of await batchesOf(context.db, userId)) {
    const opened = await openBatch(context, row);
    const { guild_id: guildId, channel_id: channelId, model_id: model, state, made_at: madeAt } = row;
    const prompts = (opened?.requests ?? []).map(({ prompt }) => prompt);
    batches.push({ id: row.id, guildId, channelId, model, state, madeAt: madeAt.toISOString(), prompts });
  }
  return {
    styles: await ownStyles(context, userId),
    shares: shares.map(({ id, result_id: image, made_at: madeAt, expires_at: expiresAt }) => ({
      ...{ id, image, madeAt: madeAt.toISOString(), expiresAt: expiresAt.toISOString() },
    })),
    batches,
  };
}

export async function forgetGallery(tx: Tx, userId: string): Promise<number> {
  let count = await deleteBatchesOf(tx, userId);
  for (const forget of [deleteStylesOf, deleteSharesOf, deleteViewsOf]) count += await forget(tx, userId);
  return count;
}

export const expireGallery = (tx: Tx, expiry: Expiry): Promise<number> => expireBatches(tx, expiry);
