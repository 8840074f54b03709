import { z } from 'zod';
import { UserError, VendorError } from '../../../../kernel/errors.ts';
import { uuidFromName } from '../../../../kernel/ids.ts';
import { relativeMoment } from '../../../../kernel/moments.ts';
import type { AbilityModel, Call, Caller, CommandFile, ComponentCall, OutgoingMessage } from '../../../../sdk/index.ts';
import { dailyBalance, imagesLeft } from '../../guard/daily.ts';
import { readPrompt } from '../../intake/prompt.ts';
import { modelForMode } from '../../models.ts';
import { imageRequest } from '../../request.ts';
import type { ImageRequest } from '../../request.ts';
import type { ImageContext, Needs } from '../../settings.ts';
import { quoteFor } from '../../submit.ts';
import { button, rows } from '../../view/buttons.ts';
import { priceText, shortModel } from '../../view/caption.ts';
import { readStyleName, withOwnStyle } from '../styles.ts';
import { mostFileBytes, readPrompts } from './prompts.ts';
import { beginBatch, findBatch, insertBatch, moveBatch } from './store.ts';
import type { BatchRow } from './store.ts';

/** Prices may be others later. */
const confirmMs = 15 * 60_000;
/** More prompts than this are shown on sheets. */
const mostSingle = 4;
const loadMs = 20_000;

const caller = z.strictObject({
  userId: z.string(),
  displayName: z.string(),
  roleIds: z.array(z.string()),
  permissions: z.string().nullable(),
  instanceAdministrator: z.boolean(),
});
/** What is stored of a batch: encrypted, because it is what people wrote. */
const contents = z.strictObject({
  requests: z.array(imageRequest),
  /** Who began it, as rules saw them then; absent before. */
  caller: caller.optional(),
});

export interface BatchContents {
  requests: ImageRequest[];
  caller: Caller | undefined;
}

interface Wanted {
  file: CommandFile;
  model?: string | undefined;
  style?: string | undefined;
}

/** Reads the prompts, and asks whether they are to be drawn for what they cost together. */
export async function askBatch(context: ImageContext, call: Call, wanted: Wanted): Promise<OutgoingMessage> {
  const { caller: asker, guildId, channelId, calledId, t } = call;
  const settings = await context.settings.at({ guildId, channelId, userId: asker.userId });
  if (!settings.enabled) throw new UserError('off', 'images are off here');
  const model = modelForMode(context, settings, 'generate', wanted.model);
  const prompts = readPrompts(wanted.file.filename, await load(context, wanted.file));
  const id = uuidFromName(`images/batch/${calledId}`);
  const requests: ImageRequest[] = [];
  let micros = 0;
  for (const [index, prompt] of prompts.entries()) {
    const { spoiler = false, ...written } = readLine(call, prompt, index + 1);
    const request = imageRequest.parse({
      ...{ mode: 'generate', caption: settings.caption, seconds: settings.seconds },
      ...(wanted.style !== undefined && { style: readStyleName(wanted.style) }),
      ...written,
      spoiler: settings.spoiler === 'always' || spoiler,
      ...(prompts.length > mostSingle && { batch: id }),
    });
    requests.push(request);
    micros += await priceOf(context, asker, request, model);
  }
  const count = requests.reduce((sum, request) => sum + request.count, 0);
  const quota = await quotaText(context, call, count);
  await insertBatch(context.db, {
    ...{ id, author_id: asker.userId, guild_id: guildId, channel_id: channelId, model_id: model.id, message_id: null },
    ciphertext: await context.vault.encrypt(context.db, asker.userId, id, JSON.stringify({ requests })),
    made_at: new Date(context.clock.now()),
  });
  const price = priceText(micros, t);
  const start = { ...button('batch-start', id, t, { emoji: '▶️' }), label: t('batch.start', { price }) };
  const about = { prompts: prompts.length, count, model: shortModel(model.id), price };
  const content = [t(micros === 0 ? 'batch.ask-free' : 'batch.ask', about), ...(quota === undefined ? [] : [quota])];
  return { content: content.join('\n'), components: rows([start]) };
}

/**
 * How many of the images today's quota allows; undefined where nothing limits them. Throws a UserError where it allows none:
 * every one would be refused.
 */
async function quotaText(
  context: ImageContext,
  { caller: asker, guildId, channelId, t }: Call,
  count: number,
): Promise<string | undefined> {
  const balance = await dailyBalance(context, asker, { guildId, channelId });
  const left = balance ? imagesLeft(balance) : null;
  if (!balance || left === null) return undefined;
  const when = relativeMoment(balance.resetsAtMs);
  if (left === 0) throw new UserError('batch.no-quota', 'the quota is used up', { when });
  return left >= count ? t('batch.quota-all', { left }) : t('batch.quota-some', { left, count, when });
}

async function load({ discord }: ImageContext, { url, filename, size }: CommandFile): Promise<Uint8Array> {
  const tooLarge = () => new UserError('batch.too-large', 'the file is too large', { file: filename });
  if (size > mostFileBytes) throw tooLarge();
  try {
    return await discord.actions.attachment(url, mostFileBytes, AbortSignal.timeout(loadMs));
  } catch (error) {
    if (!(error instanceof VendorError) || error.retryable) throw error;
    throw error.code === 'discord/too-large' ? tooLarge() : new UserError('not-loaded', 'no file', { file: filename });
  }
}

/** Throws a UserError that names the line. */
function readLine({ t }: Call, prompt: string, line: number) {
  try {
    const read = readPrompt(prompt);
    if (read.prompt !== '') return read;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('batch.bad-line', error.message, { line, problem: t(error.code, error.data) });
  }
  throw new UserError('batch.empty-line', 'no words', { line });
}

async function priceOf(
  context: ImageContext,
  asker: Caller,
  request: ImageRequest,
  model: AbilityModel,
): Promise<number> {
  const { amounts } = await quoteFor(context, await withOwnStyle(context, asker, request), model);
  if (!amounts) throw new UserError('batch.no-price', 'its price is unknown', { model: model.id });
  return amounts.micros ?? 0;
}

/** Begins a batch whose price its asker agrees to. */
export async function startBatch(context: ImageContext, call: ComponentCall): Promise<void> {
  const gone = (): UserError => new UserError('draft-gone', 'it is another one, or too old');
  const row = await ownBatch(context, call);
  const opened = row && row.channel_id === call.channelId ? await openBatch(context, row) : undefined;
  if (!row || !opened) throw gone();
  const { permissions, roleIds, ...who } = call.caller;
  const kept = { ...who, roleIds: [...roleIds], permissions: permissions?.toString() ?? null };
  const text = JSON.stringify({ requests: opened.requests, caller: kept });
  const begun = await context.transaction(async (tx) => {
    const ciphertext = await context.vault.encrypt(tx, row.author_id, row.id, text);
    const madeSince = new Date(context.clock.now() - confirmMs);
    if (!(await beginBatch(tx, row.id, { ciphertext, count: opened.requests.length, madeSince }))) return false;
    await wakeBatch({ context, db: tx }, row.id);
    return true;
  });
  if (!begun) throw gone();
  await call.update({ content: call.t('batch.begun'), components: [] });
}

/** Ends a batch: nothing more of it begins, and what is drawn is cancelled. */
export async function cancelBatch(context: ImageContext, call: ComponentCall): Promise<void> {
  const row = await ownBatch(context, call);
  if (!row) throw new UserError('not-yours', 'only its asker');
  if (!(await moveBatch(context.db, row.id, 'running', 'cancelled'))) {
    throw new UserError('already-ended', 'nothing to cancel');
  }
  await wakeBatch({ context, db: context.db }, row.id);
  await call.update({ content: call.t('batch.ending'), components: [] });
}

async function ownBatch({ db }: Needs<'db'>, { id, caller: { userId } }: ComponentCall): Promise<BatchRow | undefined> {
  const row = await findBatch(db, id);
  return row?.author_id === userId ? row : undefined;
}

/** Undefined when its asker's data was deleted. */
export async function openBatch(
  { db, vault }: Needs<'db' | 'vault'>,
  row: BatchRow,
): Promise<BatchContents | undefined> {
  const text = await vault.decrypt(db, row.author_id, row.id, row.ciphertext);
  if (text === null) return undefined;
  const { requests, caller: who } = contents.parse(JSON.parse(text));
  const permissions = who?.permissions ?? null;
  return { requests, caller: who && { ...who, permissions: permissions === null ? null : BigInt(permissions) } };
}

/** Has the next step of a batch done at once. */
export async function wakeBatch(
  { context, db }: { context: Needs<'jobs'>; db: Parameters<ImageContext['jobs']['enqueueKeyed']>[0] },
  batchId: string,
): Promise<void> {
  await context.jobs.enqueueKeyed(db, { ...stepOf(batchId), keyMode: 'replace' });
}

export const stepOf = (batchId: string) => ({
  ...{ name: 'batch', queue: 'batches', key: batchId, payload: { batchId } },
  // One step at a time.
  lane: `images/batch/${batchId}`,
});
