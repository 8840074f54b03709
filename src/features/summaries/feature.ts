/**
 * Keeps a summary of what is too long ago to be sent word for word, so that a long conversation stays within the model's
 * window.
 *
 * Invariants: a summary never outlives a change to what it covers; it holds nothing of people whose data was deleted; it
 * is paid once, after it is stored.
 */
import { defineFeature } from '../../sdk/index.ts';
import { summaryCommand } from './command.ts';
import { copySummary } from './copy.ts';
import { exportSummaries } from './export.ts';
import { mayBeDue, summariseAfter, summariseJob } from './make.ts';
import { summarySettings } from './settings.ts';
import { summarySource } from './source.ts';
import { deleteSummariesBefore, deleteSummariesFrom, deleteSummariesOf, deleteSummariesOfMessages } from './store.ts';

export const feature = defineFeature({
  name: 'summaries',
  summary: 'Keeps a summary of long conversations, so that the model still knows what was said before.',
  intents: [],
  settings: summarySettings,
  setup: (context) => ({
    commands: [summaryCommand(context)],
    promptSources: [summarySource(context)],
    answerSteps: [
      {
        name: 'summary',
        at: 'after-shown',
        applies: (answer) => mayBeDue(context, answer),
        run: (answer, run) => summariseAfter(context, answer, run),
      },
    ],
    jobs: { summarise: summariseJob(context) },
    subscriptions: {
      'chat/history-changed': async (tx, { channelId, fromMs }) => {
        await deleteSummariesFrom(tx, channelId, new Date(fromMs));
      },
      'chat/messages-changed': (tx, { messageIds }) => deleteSummariesOfMessages(tx, messageIds),
      'chat/author-forgotten': async (tx, { userId }) => {
        await deleteSummariesOf(tx, userId);
      },
      'chat/branched': (tx, { fromId, toId, beforeMs }) =>
        copySummary(context, tx, { fromId, toId, before: new Date(beforeMs) }),
    },
    exportUser: (userId) => exportSummaries(context, userId),
    forgetUser: deleteSummariesOf,
    expire: deleteSummariesBefore,
  }),
});
