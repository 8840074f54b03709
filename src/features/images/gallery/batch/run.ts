import { UserError, VendorError } from '../../../../kernel/errors.ts';
import type { OutgoingMessage } from '../../../../sdk/index.ts';
import { endEarly } from '../../actions/cancel.ts';
import { namesOf } from '../../guard/moderation.ts';
import { paidAs } from '../../request.ts';
import type { ImageContext } from '../../settings.ts';
import { findRequest } from '../../store.ts';
import { requestIdOf, submitImages } from '../../submit.ts';
import { button, rows } from '../../view/buttons.ts';
import { dollars } from '../../view/caption.ts';
import { menuOf, numbered, sheetOf, sheetSize } from '../gallery.ts';
import { costOf } from '../log.ts';
import { openBatch, stepOf, wakeBatch } from './batch.ts';
import type { BatchContents } from './batch.ts';
import {
  batchOfRequest,
  findBatch,
  imagesOfItems,
  itemsOf,
  moveBatch,
  noteBatchMessage,
  noteRefused,
  noteSheet,
  noteSubmitted,
} from './store.ts';
import type { BatchRow, ItemRow } from './store.ts';

/** Requests of one batch that wait or are drawn at once: others want their turn, and a person may only have some. */
const mostAtOnce = 4;
/** What else may have changed is looked up after so long; an image that is done wakes the batch at once. */
const lookEveryMs = 3000;
/** After a refusal that passes. */
const pauseMs = 15_000;

/** Where an image that has ended belongs to a batch, that goes on. */
export async function afterDrawing(context: ImageContext, requestId: string): Promise<void> {
  const batchId = await batchOfRequest(context.db, requestId);
  if (batchId !== undefined) await wakeBatch({ context, db: context.db }, batchId);
}

/**
 * One step of a batch: begins what there is room for, shows what is done, and plans the next step, until everything has ended.
 * Each prompt is an ordinary request under a name of its own, so that a step that is done again asks for nothing twice.
 */
export async function runBatch(context: ImageContext, batchId: string): Promise<void> {
  const row = await findBatch(context.db, batchId);
  if (!row || (row.state !== 'running' && row.state !== 'cancelled')) return;
  const opened = await openBatch(context, row);
  if (!opened) return;
  const isPaused = row.state === 'running' ? await submitMore(context, row, opened) : await cancelAll(context, row);
  const items = await itemsOf(context.db, batchId);
  const isOver = items.every((item) => hasEnded(item) || (row.state === 'cancelled' && item.request_id === null));
  try {
    await showSheets(context, row, { opened, items, isOver });
    await showProgress(context, row, isOver ? await billOf(context, row, items) : progressOf(context, row, items));
    if (isOver) await explainBill(context, row, items);
  } catch (error) {
    if (!(error instanceof VendorError) || error.retryable) throw error;
    // Where nobody sees it, nothing more is drawn.
    context.logger.warn({ error, channelId: row.channel_id }, 'A batch of images could not be shown.');
    if (isOver) await endBatch(context, row);
    else await moveBatch(context.db, batchId, 'running', 'cancelled');
  }
  if (isOver) await endBatch(context, row);
  else await planNext(context, batchId, isPaused ? pauseMs : lookEveryMs);
}

const endBatch = (context: ImageContext, { id, state }: BatchRow) => moveBatch(context.db, id, state, 'done');

async function planNext({ jobs, db, clock }: ImageContext, batchId: string, delayMs: number): Promise<void> {
  // An image that was done in the meantime has planned it sooner.
  await jobs.enqueueKeyed(db, { ...stepOf(batchId), runAt: clock.now() + delayMs, keyMode: 'preserve_run_at' });
}

const hasEnded = ({ request_id: requestId, refusal, state }: ItemRow): boolean =>
  refusal !== null || (requestId !== null && state !== 'waiting' && state !== 'drawn');

/** Whether the next one has to wait for a limit that passes. */
async function submitMore(context: ImageContext, row: BatchRow, { requests, caller }: BatchContents): Promise<boolean> {
  const model = context.models.abilities.find('draw', row.model_id);
  const items = await itemsOf(context.db, row.id);
  let room = mostAtOnce - items.filter((item) => item.request_id !== null && !hasEnded(item)).length;
  for (const { position, request_id: requestId, refusal } of items) {
    const request = requests[position];
    if (requestId !== null || refusal !== null || !request) continue;
    if (room <= 0) return false;
    const at = { batchId: row.id, position };
    if (!model || !caller) {
      await noteRefused(context.db, at, { refusal: 'unknown-model', andLater: true });
      return false;
    }
    const cameAs = `batch/${row.id}/${position}`;
    try {
      const place = { guildId: row.guild_id, channelId: row.channel_id };
      await submitImages(context, { cameAs, caller, place, messageId: null, model, request, isConfirmed: true });
      await noteSubmitted(context.db, at, requestIdOf(cameAs));
      room -= 1;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (passes(error.code)) return true;
      await noteRefused(context.db, at, { refusal: error.code, andLater: isForAll(error.code) });
      if (isForAll(error.code)) return false;
    }
  }
  return false;
}

const passes = (code: string): boolean => /^(refused\.rate\.(minute|hour)|full\.)/.test(code);
/** What is used up is so for every later prompt, too. */
const isForAll = (code: string): boolean => code.startsWith('refused.') || code === 'off';

async function cancelAll(context: ImageContext, row: BatchRow): Promise<boolean> {
  for (const item of await itemsOf(context.db, row.id)) {
    if (item.request_id === null || hasEnded(item)) continue;
    const request = await findRequest(context.db, item.request_id);
    if (request) await endEarly(context, request, row.author_id);
  }
  return false;
}

interface Stage {
  opened: BatchContents;
  items: readonly ItemRow[];
  isOver: boolean;
}

/** Full sheets at once, the rest in the end. Few prompts show their images themselves. */
async function showSheets(context: ImageContext, row: BatchRow, { opened, items, isOver }: Stage): Promise<void> {
  if (!opened.requests.some(({ batch }) => batch !== undefined)) return;
  const done = items.filter(({ state }) => state === 'done').flatMap(({ request_id: id }) => (id === null ? [] : [id]));
  if (done.length === 0) return;
  const shown = new Set(items.filter((item) => item.is_shown).map(({ request_id: id }) => id));
  const images = await imagesOfItems(context.db, row.id, done);
  const waiting = images.filter(({ request_id: id }) => !shown.has(id));
  // As many as were asked for: images that were deleted keep their numbers, so that no two sheets have the same.
  const countOf = ({ position }: ItemRow): number => opened.requests[position]?.count ?? 1;
  let first = 1 + items.reduce((sum, item) => sum + (item.is_shown ? countOf(item) : 0), 0);
  while (waiting.length >= sheetSize || (isOver && waiting.length > 0)) {
    // All images of a request are on one sheet, since its message leads to them: ten of them are more than a sheet has.
    const sheet = waiting.splice(0, sheetSize);
    const last = sheet.at(-1)?.request_id;
    while (waiting[0] && waiting[0].request_id === last) sheet.push(...waiting.splice(0, 1));
    await showSheet(context, row, { images: sheet, first });
    const shownIds = new Set(sheet.map(({ request_id: id }) => id));
    first += items.reduce((sum, item) => sum + (shownIds.has(item.request_id ?? '') ? countOf(item) : 0), 0);
  }
}

async function showSheet(
  context: ImageContext,
  row: BatchRow,
  { images, first }: { images: Awaited<ReturnType<typeof imagesOfItems>>; first: number },
): Promise<void> {
  const t = context.texts.in(undefined);
  const { images: entries, file } = await sheetOf(context, numbered(images, first));
  const about = { user: row.author_id, from: first, to: first + images.length - 1 };
  const hidden = images.filter((image) => image.hidden_for.length > 0);
  const categories = namesOf(
    context,
    hidden.flatMap((image) => image.hidden_for),
  );
  const content = [
    t('batch.sheet', about),
    ...(hidden.length > 0 ? [t('hidden', { count: hidden.length, categories })] : []),
  ].join('\n');
  const message = { content, files: [file], components: [menuOf(entries, t)] };
  const key = `images/batch/${row.id}/${images[0]?.request_id ?? ''}`;
  const sent = await context.discord.actions.send(row.channel_id, message, { key, urgency: 'reply' });
  const requestIds = [...new Set(images.map(({ request_id: id }) => id))];
  await context.spending.shown(requestIds.map(paidAs), [sent.id]);
  await context.transaction((tx) =>
    noteSheet(tx, row.id, { requestIds, channelId: row.channel_id, messageId: sent.id }),
  );
}

function progressOf(context: ImageContext, row: BatchRow, items: readonly ItemRow[]): OutgoingMessage {
  const t = context.texts.in(undefined);
  const done = items.filter(hasEnded).length;
  const content = t(row.state === 'running' ? 'batch.progress' : 'batch.cancelling', {
    ...{ user: row.author_id, done, count: items.length },
  });
  const cancel = rows([button('batch-cancel', row.id, t, { emoji: '⏹️' })]);
  return { content, components: row.state === 'running' ? cancel : [] };
}

/** What became of every prompt, and what was charged for all of them. */
async function billOf(context: ImageContext, row: BatchRow, items: readonly ItemRow[]): Promise<OutgoingMessage> {
  const t = context.texts.in(undefined);
  let micros = 0;
  for (const { request_id: id } of items) if (id !== null) micros += await costOf(context, id);
  const count = (matches: (item: ItemRow) => boolean): number => items.filter(matches).length;
  const refused = count(({ refusal, state }) => refusal !== null || state === 'refused');
  const drawn = count(({ state }) => state === 'done');
  const failed = count(({ state }) => state === 'failed');
  const deleted = count(({ request_id: id, state }) => id !== null && state === null);
  const parts = { drawn, deleted, refused, failed, cancelled: items.length - drawn - deleted - refused - failed };
  const told = Object.entries(parts)
    .filter(([, number]) => number > 0)
    .map(([part, number]) => t(`batch.parts.${part}`, { count: number }));
  const withheld = items.reduce((sum, item) => sum + (item.withheld ?? 0), 0);
  const isUsedUp = items.some(({ refusal }) => refusal?.startsWith('refused.'));
  const lines = [
    t(micros === 0 ? 'batch.bill-free' : 'batch.bill', {
      ...{ user: row.author_id, count: items.length, parts: told.join(', '), price: dollars(micros) },
    }),
    ...(withheld > 0 ? [t('batch.withheld', { count: withheld })] : []),
    ...(isUsedUp ? [t('batch.used-up')] : []),
  ];
  return { content: lines.join('\n'), components: [] };
}

/** For `/why`: the bill is of all of them. */
async function explainBill(context: ImageContext, { id }: BatchRow, items: readonly ItemRow[]): Promise<void> {
  const messageId = (await findBatch(context.db, id))?.message_id;
  const requests = items.flatMap(({ request_id: requestId }) => (requestId === null ? [] : [paidAs(requestId)]));
  if (messageId) await context.spending.shown(requests, [messageId]);
}

/** One message, from the first image to the bill. */
async function showProgress(context: ImageContext, row: BatchRow, message: OutgoingMessage): Promise<void> {
  const { actions } = context.discord;
  if (row.message_id !== null) {
    try {
      await actions.edit(row.channel_id, row.message_id, message);
      return;
    } catch (error) {
      if (!(error instanceof VendorError) || error.code !== 'discord/10008') throw error;
    }
  }
  const key = `images/batch/${row.id}/progress${row.message_id ?? ''}`;
  const sent = await actions.send(row.channel_id, message, { key, urgency: 'reply' });
  await noteBatchMessage(context.db, row.id, sent.id);
}
