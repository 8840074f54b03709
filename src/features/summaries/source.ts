import type { PromptSource } from '../../sdk/index.ts';
import { summaryOf } from './read.ts';
import { asMessage } from './rules.ts';
import type { SummaryContext } from './settings.ts';

/** Stands in the prompt for the turns that it covers. */
export const summarySource = (context: SummaryContext): PromptSource => ({
  name: 'summary',
  place: 'memory',
  keep: 90,
  collect: async ({ place, asker, askedAtMs }) => {
    const { enabled } = await context.settings.at({ ...place, userId: asker.userId });
    if (!enabled) return [];
    const summary = await summaryOf(context, place.channelId, new Date(askedAtMs));
    if (!summary) return [];
    const { row, text } = summary;
    const coversUntilMs = row.covers_until.getTime();
    const until = `<t:${Math.floor(coversUntilMs / 1000)}:R>`;
    return [
      {
        content: asMessage(text),
        label: context.texts.in(undefined)('summary.label', { count: row.exchanges, until }),
        authorIds: [...row.author_ids, ...row.context_author_ids],
        coversUntilMs,
      },
    ];
  },
});
