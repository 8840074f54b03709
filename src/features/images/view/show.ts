import { VendorError } from '../../../kernel/errors.ts';
import type { APIAttachment, APIMessage } from 'discord-api-types/v10';
import type { Drawing, Notice, OutgoingFile, OutgoingMessage, Translate, WorkUse } from '../../../sdk/index.ts';
import { findBatch } from '../gallery/batch/store.ts';
import { keyFor } from '../models.ts';
import { endRequest, noteShown, resultsOf } from '../store.ts';
import { paidAs } from '../request.ts';
import type { ImageRequest } from '../request.ts';
import { namesOf } from '../guard/moderation.ts';
import { withCaption } from '../work/caption.ts';
import type { KeptImage, Withheld } from '../work/kept.ts';
import type { DrawTask } from '../work/task.ts';
import { imageButtons, retryRow } from './buttons.ts';
import { altText, askedLine, factsLine, shortModel } from './caption.ts';
import { logImage } from './log.ts';
import { mark } from './marks.ts';
import { quotaLine } from './quota.ts';

interface Shown {
  drawing: Pick<Drawing, 'outcome'>;
  kept: readonly KeptImage[];
  withheld: Withheld;
  notices: readonly Notice[];
  uses: readonly WorkUse[];
  /** The line of the quota, where it was read ahead. */
  quota?: Promise<string>;
}

/** Shows what was drawn, where it was asked for, and ends the request. */
export async function showResults(task: DrawTask, shown: Shown): Promise<void> {
  const { context, row, request } = task;
  const isKept = shown.kept.every(({ notKept }) => notKept === undefined);
  // A sheet is made of files: what has none is shown now or never.
  if (request.batch !== undefined && isKept) return leaveToBatch(task, request.batch, shown);
  const message = await resultMessage(task, shown);
  const { channelId, sent } = await put(task, message);
  // At once: a quick reply begins from these images.
  await noteShown(context.db, row.id, { channelId, messageId: sent.id }, attachmentsOf(shown.kept, sent.attachments));
  await context.spending.shown(paidAs(row.id), [sent.id]);
  context.checkpoint('shown');
  const endedAt = new Date(context.clock.now());
  await endRequest(context.db, row.id, { state: 'done', outcome: shown.drawing.outcome, endedAt });
  mark(context, row, 'done');
  await logImage(task, { channelId, messageId: sent.id, kept: shown.kept });
  context.checkpoint('finished');
}

/** Ends a request whose images a sheet is going to show. */
async function leaveToBatch({ context, row, ...task }: DrawTask, batchId: string, shown: Shown): Promise<void> {
  const endedAt = new Date(context.clock.now());
  await endRequest(context.db, row.id, { state: 'done', outcome: shown.drawing.outcome, endedAt });
  const batch = await findBatch(context.db, batchId);
  const messageId = batch?.message_id ?? '';
  await logImage({ ...task, context, row }, { channelId: row.channel_id, messageId, kept: shown.kept });
  context.checkpoint('finished');
}

/** Shows what an earlier run has stored. What it had no room for is lost: it is given back. */
export async function showAgain(task: DrawTask): Promise<void> {
  const { context, row } = task;
  const results = await resultsOf(context.db, row.id);
  const kept: KeptImage[] = [];
  for (const { id, file_id: fileId, content_type: contentType, width, height, ...result } of results) {
    const { seed, hidden_for: hiddenFor } = result;
    const file = fileId === null ? null : await context.files.read(fileId);
    if (!file) continue;
    const image = { bytes: file.bytes, contentType, width, height, shrunk: 'no' as const };
    kept.push({ id, image, seed: seed === null ? undefined : Number(seed), hiddenFor });
  }
  if (kept.length > 0) {
    const outcome = (row.outcome ?? 'done') as Drawing['outcome'];
    const withheld = { count: row.withheld, categories: withheldFor(task.request) };
    await showResults(task, { drawing: { outcome }, kept, withheld, notices: [], uses: [] });
    return;
  }
  await context.spending.writeOff(paidAs(row.id));
  const endedAt = new Date(context.clock.now());
  await endRequest(context.db, row.id, { state: 'failed', outcome: 'lost', endedAt });
  await showEnd(task, context.texts.in(undefined)('failed.lost'), 'failed');
}

/** Earlier versions stored their number alone. */
const withheldFor = ({ withheldFor: categories }: ImageRequest): readonly string[] =>
  categories.length > 0 ? categories : ['other'];

/** Tells how a request ended without an image. */
export async function showEnd(task: DrawTask, text: string, state: 'failed' | 'refused' | 'cancelled'): Promise<void> {
  const { context, row, request } = task;
  // The bill of its batch tells it.
  if (request.batch !== undefined) return;
  const t = context.texts.in(undefined);
  const components = state === 'failed' ? retryRow(row.id, t) : [];
  try {
    const { channelId, sent } = await put(task, { content: askedLine(row, request, t) + text, components, files: [] });
    await context.spending.shown(paidAs(row.id), [sent.id]);
    await noteShown(context.db, row.id, { channelId, messageId: sent.id });
  } catch (error) {
    // Where nobody can read it, nobody waits for it.
    if (!(error instanceof VendorError) || error.retryable) throw error;
    context.logger.warn({ error, channelId: row.channel_id }, 'The end of a drawing could not be shown.');
  }
  mark(context, row, 'failed');
}

async function resultMessage(task: DrawTask, shown: Shown): Promise<OutgoingMessage> {
  const { kept, notices, uses } = shown;
  const { context, row, request } = task;
  const t = context.texts.in(undefined);
  const files: OutgoingFile[] = [];
  for (const [index, image] of kept.entries()) files.push(await fileOf(task, image, index));
  const lines = [
    ...outcomeLines(task, shown),
    ...standsInLine(task, t),
    ...notKeptLines(kept, t),
    factsLine({ modelId: row.model_id, kept, uses, seconds: (context.clock.now() - row.asked_at.getTime()) / 1000 }, t),
    await (shown.quota ?? quotaLine(task)),
    ...notices.map(({ key, data }) => `-# ${context.commonTexts.in(undefined)(key, data)}`),
  ];
  return {
    content: askedLine(row, request, t) + lines.join('\n'),
    files,
    components: imageButtons(
      kept.map(({ id }) => id),
      t,
    ),
    suppressEmbeds: true,
  };
}

/** What is not as it was asked for, and that it is charged all the same. */
function outcomeLines({ context, request }: DrawTask, { drawing, kept, withheld }: Shown): string[] {
  const t = context.texts.in(undefined);
  const { outcome } = drawing;
  const count = kept.length + withheld.count;
  const hiddenFor = kept.flatMap((image) => image.hiddenFor);
  const hidden = { count: kept.filter((image) => image.hiddenFor.length > 0).length };
  return [
    ...(outcome === 'done' ? [] : [t(`outcome.${outcome}`, { count, of: request.count })]),
    ...(hidden.count > 0 ? [t('hidden', { ...hidden, categories: namesOf(context, hiddenFor) })] : []),
    ...(withheld.count > 0
      ? [t('withheld.some', { count: withheld.count, categories: namesOf(context, withheld.categories) })]
      : []),
  ];
}

/** Why another model drew than the prefix names. */
function standsInLine({ context, row, request }: DrawTask, t: Translate): string[] {
  const rule = request.prefix === undefined ? undefined : context.settings.instance.prefixes[request.prefix];
  if (!rule || rule.model === row.model_id) return [];
  const isDemo = context.models.abilities.find('draw', row.model_id)?.demo ?? false;
  return isDemo ? [`-# ${t('stands-in', { model: shortModel(rule.model), key: keyFor(rule.model) })}`] : [];
}

function notKeptLines(kept: readonly KeptImage[], t: Translate): string[] {
  const [why] = kept.flatMap(({ notKept }) => (notKept === undefined ? [] : [notKept]));
  return why === undefined ? [] : [`-# ${t(`not-kept.${why}`)}`];
}

async function fileOf(task: DrawTask, kept: KeptImage, index: number): Promise<OutgoingFile> {
  const { contentType, bytes } = await withCaption(task, kept);
  const ending = contentType.slice('image/'.length).replace('jpeg', 'jpg');
  const { request } = task;
  return {
    name: `image-${index + 1}.${ending}`,
    contentType,
    data: bytes,
    ...altText(request),
    ...((request.spoiler || kept.hiddenFor.length > 0) && { spoiler: true }),
  };
}

/** In the order in which they were sent. */
function attachmentsOf(
  kept: readonly KeptImage[],
  attachments: readonly APIAttachment[],
): { id: string; attachmentId: string }[] {
  return kept.flatMap(({ id }, index) => {
    const attachment = attachments[index];
    return attachment ? [{ id, attachmentId: attachment.id }] : [];
  });
}

/** Into the message that shows the progress, where there is one that is still there; else as a new one. */
export async function put(task: DrawTask, message: OutgoingMessage): Promise<{ channelId: string; sent: APIMessage }> {
  const { context, row, shown } = task;
  const { actions } = context.discord;
  if (shown) {
    try {
      await actions.edit(shown.channelId, shown.messageId, message);
      return { channelId: shown.channelId, sent: await actions.message(shown.channelId, shown.messageId) };
    } catch (error) {
      if (!(error instanceof VendorError) || error.code !== 'discord/10008') throw error;
    }
  }
  const channelId = task.request.private ? await actions.openDm(row.author_id) : row.channel_id;
  const isReply = row.message_id !== null && !task.request.private;
  const key = `images/shown/${row.id}${shown ? '/again' : ''}`;
  const sent = await actions.send(channelId, message, { key, ...(isReply && { replyTo: row.message_id ?? '' }) });
  task.shown = { channelId, messageId: sent.id };
  return { channelId, sent };
}
