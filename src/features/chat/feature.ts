/**
 * Talking with a model. A message that is meant for the bot becomes a question, stored with its job before anything
 * slow happens; a worker answers it in Discord as a reply that grows while the model writes.
 *
 * Invariants: one question has one answer, whatever crashes; the text of a finished answer is stored before it is
 * shown; nothing of one channel or DM is ever part of another's prompt; what people wrote is stored encrypted.
 */
import type { JsonObject } from '../../kernel/json.ts';
import { defineFeature } from '../../sdk/index.ts';
import type { Needs } from './chat.ts';
import { createChatApi } from './create-api.ts';
import { askCommand } from './commands/ask.ts';
import { clearCommand } from './commands/clear.ts';
import { contextCommand } from './commands/context.ts';
import { historyCommand } from './commands/history.ts';
import { keepCommand } from './commands/keep.ts';
import { modelCommands } from './commands/model.ts';
import { modelsCommand } from './commands/models.ts';
import { listenCommand } from './commands/listen.ts';
import { settingsCommand } from './commands/settings.ts';
import { chatJobs } from './jobs.ts';
import { createControls } from './actions/index.ts';
import { createScreens } from './actions/versions.ts';
import { newBudget } from './history/collect.ts';
import { exportOf } from './history/export.ts';
import { followHistory } from './history/index.ts';
import { forgetQuestions } from './history/clear.ts';
import { deleteIdleConversations } from './history/idle.ts';
import { deleteAmbientBefore, deleteAmbientOf } from './history/ambient-store.ts';
import { chatSettings } from './settings.ts';
import { exportThoughts } from './view/thoughts.ts';
import { deleteQuestionsBefore } from './turns/store.ts';
import { markForgotten } from './turns/past-store.ts';
import { followWaiting } from './view/waiting-notices.ts';
import { sweepMarks } from './view/reactions.ts';
import { aboutModal, createMessageCommands } from './intake/message-commands.ts';

export const feature = defineFeature({
  name: 'chat',
  summary: 'Answers questions with any model: mentions, replies, direct messages and chosen channels.',
  intents: ['Guilds', 'GuildMessages', 'DirectMessages', 'MessageContent'],
  settings: chatSettings,
  playground: { answerEverythingIn: ['bot-chat'] },
  setup: (context) => {
    const history = followHistory(context);
    const notices = followWaiting(context);
    const idle = deleteIdleConversations(context);
    const marks = sweepMarks(context);
    const screens = createScreens(context);
    return {
      api: createChatApi(context),
      on: history.on,
      claims: history.claims,
      commands: [
        clearCommand(),
        historyCommand(context),
        keepCommand(context),
        contextCommand(context),
        modelsCommand(context),
        ...modelCommands(context),
        listenCommand(context),
        askCommand(context),
        settingsCommand(context),
      ],
      messageCommands: createMessageCommands(context),
      components: {
        ...createControls(context, screens),
        ...history.components,
        about: aboutModal(context),
      },
      jobs: chatJobs(context, screens),
      stop: () => Promise.all([history.stop(), notices.stop(), idle.stop(), marks.stop()]).then(() => undefined),
      exportUser: (userId) => exportUser(context, userId),
      onReadConsentRevoked: async (tx, userId) => void (await deleteAmbientOf(tx, userId)),
      forgetUser: async (tx, userId) => {
        await context.vault.forget(tx, userId);
        // In the order in which what is being derived locks what it is made of.
        await context.events.emit(tx, 'chat/author-forgotten', { userId });
        await markForgotten(tx, userId);
        return (await forgetQuestions(context, tx, userId)) + (await deleteAmbientOf(tx, userId));
      },
      expire: async (tx, expiry) => (await deleteQuestionsBefore(tx, expiry)) + (await deleteAmbientBefore(tx, expiry)),
    };
  },
});

async function exportUser(context: Needs<'db' | 'discord' | 'vault'>, userId: string): Promise<JsonObject> {
  const budget = newBudget();
  const exported = {
    ...(await exportOf(context, userId, budget)),
    thoughts: await exportThoughts(context, userId, budget),
  };
  return budget.isCut ? { ...exported, cut: true } : exported;
}
