import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { customId } from '../../../sdk/index.ts';
import type { Call, ComponentHandler, OutgoingMessage, Translate } from '../../../sdk/index.ts';
import { openExchanges } from '../chat.ts';
import type { ChatContext } from '../chat.ts';
import { line } from '../render.ts';
import type { Exchange } from '../rules.ts';
import { latestExchanges } from './store.ts';

/** So many of these lengths fit the 4096 characters of an embed, with what stands around them. */
const onPage = 5;
const questionLength = 250;
const answerLength = 400;

/** The exchanges of the channel where it is called, which everybody there may read; page 0 has the latest. */
export async function historyPage(
  context: ChatContext,
  { channelId, t }: Pick<Call, 'channelId' | 't'>,
  page: number,
): Promise<OutgoingMessage> {
  const range = { offset: page * onPage, limit: onPage + 1 };
  const rows = await latestExchanges(context.db, { channelId }, range);
  const shown = rows.slice(0, onPage).reverse();
  const exchanges = await openExchanges(context.vault.reader(context.db), shown);
  if (exchanges.length === 0 && page === 0) return { content: t('history.nothing'), embeds: [], components: [] };
  const description = exchanges.map((exchange) => entry(exchange, t)).join('\n\n');
  return {
    content: '',
    embeds: [{ title: t('history.title'), description, footer: { text: t('history.page', { page: page + 1 }) } }],
    components: turns(page, rows.length > onPage, t),
  };
}

function entry({ atMs, name, question, answer, isMerged = false }: Exchange, t: Translate): string {
  const asked = `**${line(name, 50)}** <t:${Math.floor(atMs / 1000)}:R>: ${line(question, questionLength)}`;
  const unanswered = t(isMerged ? 'history.together' : 'history.unanswered');
  return `${asked}\n> ${answer === null ? unanswered : line(answer, answerLength)}`;
}

function turns(page: number, more: boolean, t: Translate): NonNullable<OutgoingMessage['components']> {
  if (page === 0 && !more) return [];
  const turn = (to: number, label: string, enabled: boolean) => ({
    type: ComponentType.Button as const,
    style: ButtonStyle.Secondary as const,
    custom_id: customId('chat', 'history', String(to)),
    label,
    disabled: !enabled,
  });
  const older = turn(page + 1, t('history.older'), more);
  const newer = turn(page - 1, t('history.newer'), page > 0);
  return [{ type: ComponentType.ActionRow, components: [older, newer] }];
}

/** The id is the number of the page: what it shows is what the channel's history has by then. */
export function turnHistory(context: ChatContext): ComponentHandler {
  return {
    version: 1,
    run: async (call) => {
      const page = Number(call.id);
      const valid = Number.isSafeInteger(page) && page >= 0 && page < 1000;
      if (!valid) throw new UserError('errors.expired', 'no such page');
      await call.update(await historyPage(context, call, page));
    },
  };
}
