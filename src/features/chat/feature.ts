/**
 * Talking with a model. A message that is meant for the bot becomes a question, stored with its job before anything
 * slow happens; a worker answers it in Discord as a reply that grows while the model writes.
 *
 * Invariants: one question has one answer, whatever crashes; the text of a finished answer is stored before it is
 * shown; nothing of one channel or DM is ever part of another's prompt; what people wrote is stored encrypted.
 */
import type { JsonObject } from '../../kernel/json.ts';
import { defineFeature } from '../../sdk/index.ts';
import { runAnswer, tellOfLoss } from './answer/run.ts';
import type { ChatContext } from './chat.ts';
import { askCommand } from './commands/ask.ts';
import { clearCommand } from './commands/clear.ts';
import { contextCommand } from './commands/context.ts';
import { historyCommand } from './commands/history.ts';
import { keepCommand } from './commands/keep.ts';
import { modelCommands } from './commands/model.ts';
import { modelsCommand } from './commands/models.ts';
import { listenCommand } from './commands/listen.ts';
import { promptsCommand } from './commands/prompts.ts';
import { removePromptCommand } from './commands/remove-prompt.ts';
import { savePromptCommand, writePromptForm } from './commands/save-prompt.ts';
import { settingsCommand } from './commands/settings.ts';
import { summaryCommand } from './commands/summary.ts';
import { systemCommand } from './commands/system.ts';
import { createControls } from './actions/index.ts';
import { historyForgotten } from './history/changes.ts';
import { newBudget } from './history/collect.ts';
import { exportOf } from './history/export.ts';
import { followHistory } from './history/index.ts';
import { forgetRested } from './history/rest.ts';
import { deleteHeardBefore, deleteHeardOf } from './history/store.ts';
import { checkPromptRoles } from './prompts/library.ts';
import { exportPrompts } from './prompts/open.ts';
import { deletePromptsBefore, deletePromptsOf } from './prompts/store.ts';
import { chatSettings } from './settings.ts';
import { exportThoughts } from './view/thoughts.ts';
import { deleteQuestionsBefore, deleteQuestionsOf } from './turns/store.ts';
import { exportSummaries } from './summaries/export.ts';
import { giveUpSummary, summarise } from './summaries/make.ts';
import { deleteSummariesBefore } from './summaries/store.ts';
import { followWaiting } from './view/waiting-notices.ts';
import { aboutModal, createMessageCommands } from './intake/message-commands.ts';

export const feature = defineFeature({
  name: 'chat',
  summary: 'Answers questions with any model: mentions, replies, direct messages and chosen channels.',
  intents: ['Guilds', 'GuildMessages', 'DirectMessages', 'MessageContent'],
  settings: chatSettings,
  setup: (context) => {
    checkPromptRoles(context);
    const history = followHistory(context);
    const notices = followWaiting(context);
    const rested = forgetRested(context);
    return {
      on: history.on,
      claims: history.claims,
      commands: [
        clearCommand(context),
        historyCommand(context),
        keepCommand(context),
        summaryCommand(context),
        contextCommand(context),
        modelsCommand(context),
        ...modelCommands(context),
        listenCommand(context),
        askCommand(context),
        promptsCommand(context),
        systemCommand(context),
        savePromptCommand(context),
        removePromptCommand(context),
        settingsCommand(context),
      ],
      messageCommands: createMessageCommands(context),
      components: {
        ...createControls(context),
        ...history.components,
        about: aboutModal(context),
        'write-prompt': writePromptForm(context),
      },
      jobs: {
        ...history.jobs,
        summarise: { run: (run) => summarise(context, run), afterLoss: (run) => giveUpSummary(context, run) },
        answer: { run: (run) => runAnswer(context, run), afterLoss: (run) => tellOfLoss(context, run) },
      },
      stop: () => Promise.all([history.stop(), notices.stop(), rested.stop()]).then(() => undefined),
      exportUser: (userId) => exportUser(context, userId),
      unreadUser: async (tx, userId) => void (await deleteHeardOf(tx, userId)),
      forgetUser: async (tx, userId) => {
        await context.vault.forget(tx, userId);
        return (
          (await historyForgotten(tx, userId)) +
          (await deleteQuestionsOf(tx, userId)) +
          (await deleteHeardOf(tx, userId)) +
          (await deletePromptsOf(tx, userId))
        );
      },
      expire: async (tx, expiry) =>
        (await deleteQuestionsBefore(tx, expiry)) +
        (await deleteSummariesBefore(tx, expiry)) +
        (await deleteHeardBefore(tx, expiry)) +
        (await deletePromptsBefore(tx, expiry)),
    };
  },
});

async function exportUser(context: ChatContext, userId: string): Promise<JsonObject> {
  const budget = newBudget();
  const exported = {
    ...(await exportOf(context, userId, budget)),
    ...(await exportPrompts(context, userId)),
    thoughts: await exportThoughts(context, userId, budget),
    summaries: await exportSummaries(context, userId),
  };
  return budget.isCut ? { ...exported, cut: true } : exported;
}
