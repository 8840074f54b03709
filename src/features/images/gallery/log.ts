import { PermissionFlagsBits } from 'discord-api-types/v10';
import { actOf } from '../../../sdk/index.ts';
import type { Call, ComponentCall, OutgoingMessage, Translate } from '../../../sdk/index.ts';
import { imageRequest, paidAs } from '../request.ts';
import type { ImageContext } from '../settings.ts';
import { priceText, quoted } from '../view/caption.ts';
import { pageButtons } from './gallery.ts';
import { findLogged } from './log-store.ts';
import type { LoggedRow } from './log-store.ts';
import { setPage } from './view-store.ts';
import { openView, pageOf } from './views.ts';
import type { LogView, OpenView } from './views.ts';

/** As many as fit one embed, with prompts of these lengths. */
const entriesPerPage = 7;
const promptCharacters = 120;
const needed = PermissionFlagsBits.ViewChannel | PermissionFlagsBits.ManageMessages;

export async function turnLog(context: ImageContext, call: ComponentCall, step: -1 | 1): Promise<void> {
  const open = await openView(context, call, 'log', step);
  await call.update(await logPage(context, call, open));
}

/**
 * Who asked for which image, in the channels whose order the caller keeps. Private requests, those of places with
 * `promptLog: false`, and those of members who deleted their data are never there. Every look is audited.
 */
export async function logPage(
  context: ImageContext,
  call: Call,
  { id, page: wanted, view }: OpenView<LogView>,
): Promise<OutgoingMessage> {
  const { t } = call;
  const rows = await visibleRows(context, call, view);
  const { page, pages, items } = pageOf(rows, wanted, entriesPerPage);
  if (page !== wanted) await setPage(context.db, id, page);
  const details = { page: page + 1, ...(view.channelId !== undefined && { channel: view.channelId }) };
  await context.audit.record(context.db, actOf(call, { action: 'images.log', targetId: view.userId ?? null, details }));
  if (items.length === 0) return { content: t('log.empty'), components: [] };
  const lines: string[] = [];
  for (const row of items) lines.push(await lineOf(context, row, t));
  const title = t('log.title', { count: rows.length, page: page + 1, pages });
  const embeds = [{ title, description: lines.join('\n') }];
  return { embeds, components: pageButtons('log', { id, page, pages }, t) };
}

async function visibleRows(context: ImageContext, { caller, guildId }: Call, view: LogView): Promise<LoggedRow[]> {
  if (guildId === null) return [];
  const { cache } = context.discord;
  const kept = new Map<string, boolean>();
  const rows: LoggedRow[] = [];
  for (const row of await findLogged(context.db, { guildId, ...view })) {
    const { channel_id: channelId } = row;
    if (!kept.has(channelId)) {
      const held = await cache.memberPermissions(channelId, caller.userId, caller.roleIds);
      kept.set(channelId, caller.instanceAdministrator || (held & needed) === needed);
    }
    if (kept.get(channelId)) rows.push(row);
  }
  return rows;
}

async function lineOf(context: ImageContext, row: LoggedRow, t: Translate): Promise<string> {
  const text = await context.vault.decrypt(context.db, row.author_id, row.id, row.ciphertext);
  const prompt = text === null ? '' : imageRequest.parse(JSON.parse(text)).prompt;
  const [provider = '', ...name] = row.model_id.split('/');
  const { shown_channel_id: shownIn, shown_message_id: messageId } = row;
  const link =
    shownIn === null || messageId === null
      ? `<#${row.channel_id}>`
      : `https://discord.com/channels/${row.guild_id ?? '@me'}/${shownIn}/${messageId}`;
  const facts = [
    `<t:${Math.floor(row.asked_at.getTime() / 1000)}:f>`,
    `<@${row.author_id}>`,
    `${provider} \`${name.join('/').slice(0, 80)}\``,
    t(`log.states.${row.deleted_at === null ? row.state : 'deleted'}`),
    priceText(await costOf(context, row.id), t),
    link,
  ];
  const words = prompt === '' ? t(`modes.${row.mode}`) : quoted(prompt, promptCharacters);
  return `${facts.join(' · ')}\n> ${words}`;
}

/** What a request was charged, in micro-dollars. */
export async function costOf({ money }: Pick<ImageContext, 'money'>, requestId: string): Promise<number> {
  const holds = await money.ledger.holds(paidAs(requestId));
  return holds.reduce((sum, { charged, refunded }) => sum + (charged.micros ?? 0) - (refunded.micros ?? 0), 0);
}
