import { UserError } from '../../kernel/errors.ts';
import { toDiscordMarkdown } from '../../kernel/markdown/discord.ts';
import { defineCommand, mayReadBack, mayUse } from '../../sdk/index.ts';
import type { Call, Command, OutgoingMessage, Translate } from '../../sdk/index.ts';
import { chatApi } from '../chat/api.ts';
import { demandSummary } from './demand.ts';
import { summaryOf } from './read.ts';
import type { Summary } from './read.ts';
import type { SummaryContext } from './settings.ts';
import { deleteSummariesFrom } from './store.ts';

/** Longer ones come as a file: an embed takes 4096 characters. */
const shownCharacters = 4000;

/** Shows what a model noted of the older part of a conversation; has it made now, or drops it. */
export function summaryCommand(context: SummaryContext): Command {
  return defineCommand({
    name: 'summary',
    options: { action: { type: 'string', choices: ['make', 'drop'] } },
    access: 'everyone',
    ephemeral: true,
    run: async (call) => {
      if (!mayReadBack(call)) throw new UserError('summary.no-history', 'the caller may not read back');
      const { options, reply } = call;
      if (options.action === 'drop') await reply(await drop(context, call));
      else await reply(await (options.action === 'make' ? make(context, call) : show(context, call)));
    },
  });
}

async function show(context: SummaryContext, call: Call): Promise<OutgoingMessage> {
  const { channelId, guildId, caller, t } = call;
  const place = { channelId, guildId, userId: caller.userId };
  if (!(await context.settings.at(place)).enabled) return { content: t('summary.off') };
  const summary = await summaryOf(context, channelId);
  if (summary) return view(summary, t);
  const { mostSent } = await context.use(chatApi).windowAt(place);
  return { content: t('summary.none', { count: mostSent }) };
}

async function make(context: SummaryContext, call: Call): Promise<OutgoingMessage> {
  const { channelId, guildId, caller, t } = call;
  const settings = await context.settings.at({ channelId, guildId, userId: caller.userId });
  if (!settings.enabled) throw new UserError('summary.off', 'summaries are off');
  const summary = await demandSummary(context, call);
  return summary ? view(summary, t) : { content: t('summary.later') };
}

async function drop(context: SummaryContext, { channelId, guildId, caller, t }: Call): Promise<OutgoingMessage> {
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
