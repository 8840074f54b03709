import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { plainLine } from '../../../kernel/markdown/plain-line.ts';
import { withoutSmallPrint } from '../../../kernel/markdown/small-print.ts';
import { previewLine } from '../../../kernel/markdown/preview-line.ts';
import { customId, mayReadBack } from '../../../sdk/index.ts';
import type { Call, ComponentHandler, OutgoingMessage, Translate } from '../../../sdk/index.ts';
import { decryptExchanges } from '../chat.ts';
import type { Needs } from '../chat.ts';
import type { Exchange } from '../intake/read-message.ts';
import { latestExchanges } from './store.ts';

/** So many of these lengths fit the 4096 characters of an embed, with what stands around them. */
const onPage = 5;
const questionLength = 250;
const answerLength = 400;

/** What is shown of a history: a page of it, 0 having the latest, and of whom; null: everybody. */
interface Shown {
  page: number;
  userId: string | null;
}

/**
 * The exchanges of the channel where it is called, which everybody there may read who may read older messages; others
 * their own.
 */
export async function historyPage(
  context: Needs<'db' | 'vault'>,
  { channelId, guildId, caller, t }: Pick<Call, 'channelId' | 'guildId' | 'caller' | 't'>,
  { page, userId }: Shown,
): Promise<OutgoingMessage> {
  const readsBack = mayReadBack({ guildId, caller });
  if (!readsBack && userId !== null && userId !== caller.userId) {
    throw new UserError('history.no-history', 'the caller may not read history');
  }
  const person = readsBack ? userId : caller.userId;
  const range = { offset: page * onPage, limit: onPage + 1 };
  const rows = await latestExchanges(
    context.db,
    { channelId, ...(person === null ? {} : { authorId: person }) },
    range,
  );
  const shown = rows.slice(0, onPage).reverse();
  const exchanges = await decryptExchanges(context.vault.reader(context.db), shown);
  const whose = person === null ? '' : person === caller.userId ? '-own' : '-user';
  if (exchanges.length === 0 && page === 0) {
    return { content: t(`history.nothing${whose}`, { user: person ?? '' }), embeds: [], components: [] };
  }
  const description = exchanges.map((exchange) => entry(exchange, t)).join('\n\n');
  return {
    content: '',
    embeds: [{ title: t('history.title'), description, footer: { text: t('history.page', { page: page + 1 }) } }],
    components: turns({ page, userId }, rows.length > onPage, t),
  };
}

function entry({ atMs, name, question, answer, isMerged = false }: Exchange, t: Translate): string {
  const asked = `**${plainLine(name, 50)}** <t:${Math.floor(atMs / 1000)}:R>: ${previewLine(question, questionLength)}`;
  const unanswered = t(isMerged ? 'history.together' : 'history.unanswered');
  return `${asked}\n> ${answer === null ? unanswered : previewLine(withoutSmallPrint(answer), answerLength)}`;
}

function turns({ page, userId }: Shown, more: boolean, t: Translate): NonNullable<OutgoingMessage['components']> {
  if (page === 0 && !more) return [];
  const turn = (to: number, label: string, enabled: boolean) => ({
    type: ComponentType.Button as const,
    style: ButtonStyle.Secondary as const,
    custom_id: customId('chat', 'history', userId === null ? String(to) : `${String(to)}-${userId}`),
    label,
    disabled: !enabled,
  });
  const older = turn(page + 1, t('history.older'), more);
  const newer = turn(page - 1, t('history.newer'), page > 0);
  return [{ type: ComponentType.ActionRow, components: [older, newer] }];
}

/** The id is the number of the page, and the person where it is one's: it shows what the channel's history has by then. */
export function turnHistory(context: Needs<'db' | 'vault'>): ComponentHandler {
  return {
    version: 1,
    right: { commands: ['history'] },
    run: async (call) => {
      const [, page = '', userId = null] = /^(\d{1,3})(?:-(\d{17,20}))?$/.exec(call.id) ?? [];
      if (page === '') throw new UserError('errors.expired', 'no such page');
      await call.update(await historyPage(context, call, { page: Number(page), userId }));
    },
  };
}
