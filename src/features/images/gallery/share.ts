import { ComponentType } from 'discord-api-types/v10';
import type { APIMessageTopLevelComponent, APISelectMenuOption } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { uuidFromName } from '../../../kernel/ids.ts';
import { customId } from '../../../sdk/index.ts';
import type { Call, ComponentCall, OutgoingMessage, Translate } from '../../../sdk/index.ts';
import { openRequest, reached } from '../actions/reach.ts';
import type { Reached } from '../actions/reach.ts';
import type { ImageContext, Needs } from '../settings.ts';
import { findRequest } from '../store.ts';
import { quoted } from '../view/caption.ts';
import { linesThatFit } from './lines.ts';
import { deleteShare, insertShare, sharesOf } from './share-store.ts';
import type { ShareRow } from './share-store.ts';

const hourMs = 3_600_000;
/** How long an address may lead to an image. */
const durations = { hour: hourMs, day: 24 * hourMs, week: 7 * 24 * hourMs, month: 30 * 24 * hourMs } as const;
type Duration = keyof typeof durations;
/** One menu lists them. */
const mostShares = 25;

/** Every text that is signed has this purpose. */
const purpose = 'images/share';

/** Whether there is an address at which the world reaches the bot. */
export const canShare = ({ publicUrl }: Needs<'publicUrl'>): boolean => publicUrl !== undefined;

/** The address of a share. Nobody can make one up, and its end cannot be changed. */
function addressOf(
  { vault, publicUrl }: Needs<'vault' | 'publicUrl'>,
  { id, expires_at: expiresAt }: ShareRow,
): string {
  if (publicUrl === undefined) throw new UserError('share.no-address', 'http.publicUrl is not set');
  const expires = Math.floor(expiresAt.getTime() / 1000);
  return `${publicUrl}/api/images/shared/${id}/${expires}/${vault.sign(purpose, `${id}/${expires}`)}`;
}

/** Whether the bot made this address. Reads nothing. */
export const isOwnAddress = (
  { vault }: Needs<'vault'>,
  { id, expires, signature }: { id: string; expires: string; signature: string },
): boolean => vault.isSigned(purpose, `${id}/${expires}`, signature);

/** Asks for how long. */
export async function askShare(context: ImageContext, call: ComponentCall): Promise<void> {
  const { t } = call;
  const { result } = await ownImage(context, call);
  const options = (Object.keys(durations) as Duration[]).map((value) => ({ label: t(`share.for.${value}`), value }));
  await call.reply({ content: t('share.ask'), components: [menu('share-for', result.id, t('share.choose'), options)] });
}

/** Makes the address. What it leads to is kept at least as long. */
export async function share(context: ImageContext, call: ComponentCall): Promise<void> {
  const { clock, db, files, transaction } = context;
  const { result } = await ownImage(context, call);
  const [chosen = ''] = call.values;
  const lastsMs = Object.hasOwn(durations, chosen) ? durations[chosen as Duration] : durations.hour;
  const { userId } = call.caller;
  const now = new Date(clock.now());
  if ((await sharesOf(db, userId, now)).length >= mostShares) {
    throw new UserError('share.too-many', 'too many addresses', { most: mostShares });
  }
  // In whole seconds, as the address has it.
  const expiresAt = new Date(Math.ceil((clock.now() + lastsMs) / 1000) * 1000);
  const id = uuidFromName(`images/share/${call.calledId}`);
  const row = { id, result_id: result.id, author_id: userId, made_at: now, expires_at: expiresAt };
  const address = addressOf(context, row);
  await transaction(async (tx) => {
    await insertShare(tx, row);
    const file = await files.find(result.file_id ?? '');
    if (file && file.expiresAtMs !== null && file.expiresAtMs < expiresAt.getTime()) {
      await files.keepUntil(tx, file.id, expiresAt.getTime());
    }
  });
  const content = call.t('share.made', { address: `<${address}>`, until: `<t:${expiresAt.getTime() / 1000}:R>` });
  await call.update({ content, components: [], files: [] });
}

async function ownImage(context: ImageContext, call: ComponentCall): Promise<Reached> {
  const of = await reached(context, call);
  if (of.row.author_id !== call.caller.userId) throw new UserError('share.not-yours', 'only its asker');
  if (of.result.hidden_for.length > 0) throw new UserError('share.hidden', 'it is hidden for what it shows');
  if (of.result.file_id === null) throw new UserError('not-kept-file', 'its file is not kept');
  if (context.publicUrl === undefined) throw new UserError('share.no-address', 'http.publicUrl is not set');
  return of;
}

/** The caller's addresses, with a menu that revokes one. */
export async function sharedList(context: ImageContext, { caller, t }: Pick<Call, 'caller' | 't'>) {
  const shares = await sharesOf(context.db, caller.userId, new Date(context.clock.now()));
  if (shares.length === 0) return { content: t('share.none'), components: [] } satisfies OutgoingMessage;
  const titles: string[] = [];
  for (const { request_id: requestId } of shares) titles.push(await titleOf(context, requestId, t));
  const lines = shares.map((row, index) => {
    const until = `<t:${row.expires_at.getTime() / 1000}:R>`;
    const link = context.publicUrl === undefined ? '' : ` · [${t('share.open')}](<${addressOf(context, row)}>)`;
    return `${index + 1}. ${quoted(titles[index] ?? '', titleCharacters)}${link} · ${t('share.until', { until })}`;
  });
  const options = shares.map(({ id }, index) => ({
    label: `${index + 1}. ${titles[index] ?? ''}`.slice(0, 100),
    value: id,
  }));
  return {
    content: linesThatFit([t('share.title', { count: shares.length }), ...lines]),
    components: [menu('share-revoke', shares[0]?.id ?? '', t('share.revoke'), options)],
  } satisfies OutgoingMessage;
}

const titleCharacters = 40;

async function titleOf(context: ImageContext, requestId: string, t: Translate): Promise<string> {
  const row = await findRequest(context.db, requestId);
  const request = row && (await openRequest(context, row));
  const words = request?.prompt.replaceAll(/\s+/g, ' ').trim() ?? '';
  return words === '' ? t(`modes.${request?.mode ?? 'generate'}`) : [...words].slice(0, titleCharacters).join('');
}

/** Revokes one at once. */
export async function revoke(context: ImageContext, call: ComponentCall): Promise<void> {
  const [id = ''] = call.values;
  const isGone = !(await deleteShare(context.db, id, call.caller.userId));
  if (isGone) throw new UserError('share.gone', 'it is gone already');
  const { content, components } = await sharedList(context, call);
  await call.update({ content: `${call.t('share.revoked')}\n${content}`, components });
}

const menu = (
  action: string,
  id: string,
  placeholder: string,
  options: APISelectMenuOption[],
): APIMessageTopLevelComponent => ({
  type: ComponentType.ActionRow,
  components: [{ type: ComponentType.StringSelect, custom_id: customId('images', action, id), placeholder, options }],
});
