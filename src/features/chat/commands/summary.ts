import { PermissionFlagsBits } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { toDiscordMarkdown } from '../../../kernel/markdown/discord.ts';
import { defineCommand, mayUse } from '../../../sdk/index.ts';
import type { Call, Command, OutgoingMessage, Translate } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import { settingsOf } from '../turns/conversations.ts';
import { demandSummary } from '../summaries/demand.ts';
import { summaryOf } from '../summaries/read.ts';
import type { Summary } from '../summaries/read.ts';
import { deleteSummariesFrom } from '../summaries/store.ts';

/** Longer ones come as a file: an embed takes 4096 characters. */
const shownCharacters = 4000;

/** Shows what a model noted of the older part of a conversation; has it made now, or drops it. */
export function summaryCommand(context: ChatContext): Command {
  return defineCommand({
    name: 'summary',
    options: { action: { type: 'string', choices: ['make', 'drop'] } },
    access: 'everyone',
    ephemeral: true,
    run: async (call) => {
      checkMayReadBack(call);
      const { options, reply } = call;
      if (options.action === 'drop') await reply(await drop(context, call));
      else await reply(await (options.action === 'make' ? make(context, call) : show(context, call)));
    },
  });
}

/** Throws a UserError for who may not read what was said before in the channel. */
export function checkMayReadBack({ guildId, caller }: Pick<Call, 'guildId' | 'caller'>): void {
  const needed = PermissionFlagsBits.ViewChannel | PermissionFlagsBits.ReadMessageHistory;
  if (guildId === null || ((caller.permissions ?? 0n) & needed) === needed) return;
  throw new UserError('summary.no-history', 'the caller may not read back');
}

async function show(context: ChatContext, call: Call): Promise<OutgoingMessage> {
  const { channelId, guildId, caller, t } = call;
  const settings = await settingsOf(context, { channel_id: channelId, guild_id: guildId, author_id: caller.userId });
  if (settings.summaries === 'off') return { content: t('summary.off') };
  const summary = await summaryOf(context, channelId);
  return summary ? view(summary, t) : { content: t('summary.none', { count: settings.historySent }) };
}

async function make(context: ChatContext, call: Call): Promise<OutgoingMessage> {
  const { channelId, guildId, caller, t } = call;
  const settings = await settingsOf(context, { channel_id: channelId, guild_id: guildId, author_id: caller.userId });
  if (settings.summaries === 'off') throw new UserError('summary.off', 'summaries are off');
  const summary = await demandSummary(context, call);
  return summary ? view(summary, t) : { content: t('summary.later') };
}

async function drop(context: ChatContext, { channelId, guildId, caller, t }: Call): Promise<OutgoingMessage> {
  if (guildId !== null && !mayUse('moderator', caller)) throw new UserError('summary.moderators', 'moderators only');
  const dropped = await deleteSummariesFrom(context.db, channelId, new Date(0));
  return { content: t(dropped === 0 ? 'summary.none-to-drop' : 'summary.dropped') };
}

/** With what it covers and when it was made. */
function view({ row, text }: Summary, t: Translate): OutgoingMessage {
  const time = (at: Date) => `<t:${Math.floor(at.getTime() / 1000)}:R>`;
  const content = t('summary.covers', {
    count: row.exchanges,
    from: time(row.covers_from),
    until: time(row.covers_until),
    made: time(row.made_at),
    model: row.model_id,
  });
  const description = toDiscordMarkdown(text);
  if (description.length <= shownCharacters) return { content, embeds: [{ title: t('summary.title'), description }] };
  const data = new TextEncoder().encode(text);
  return { content, files: [{ name: 'summary.md', contentType: 'text/markdown; charset=utf-8', data }] };
}
