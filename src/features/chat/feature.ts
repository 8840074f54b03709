/**
 * Talking with a model. A message that is meant for the bot becomes a question, stored with its job before anything
 * slow happens; a worker answers it in Discord as a reply that grows while the model writes.
 *
 * Invariants: one question has one answer, whatever crashes; the text of a finished answer is stored before it is
 * shown; nothing of one channel or DM is ever part of another's prompt; what people wrote is stored encrypted.
 */
import { defineFeature } from '../../sdk/index.ts';
import { runAnswer, tellOfLoss } from './answer.ts';
import { claimQuestion } from './ask.ts';
import { openExchanges } from './chat.ts';
import { clearCommand } from './commands/clear.ts';
import { modelCommands } from './commands/model.ts';
import { modelsCommand } from './commands/models.ts';
import { listenCommand } from './commands/listen.ts';
import { createControls } from './controls/index.ts';
import { chatSettings } from './settings.ts';
import { deleteQuestionsBefore, deleteQuestionsOf, questionsOf } from './store.ts';

export const feature = defineFeature({
  name: 'chat',
  summary: 'Answers questions with any model: mentions, replies, direct messages and chosen channels.',
  intents: ['Guilds', 'GuildMessages', 'DirectMessages', 'MessageContent'],
  settings: chatSettings,
  setup: (context) => ({
    claims: [{ place: 'chat', claim: (message) => claimQuestion(context, message) }],
    commands: [clearCommand(context), modelsCommand(context), ...modelCommands(context), listenCommand(context)],
    components: createControls(context),
    jobs: { answer: { run: (run) => runAnswer(context, run), afterLoss: (run) => tellOfLoss(context, run) } },
    exportUser: async (userId) => {
      const exchanges = await openExchanges(context.vault.reader(context.db), await questionsOf(context.db, userId));
      return exchanges.map(({ question, answer }) => ({ question, answer }));
    },
    forgetUser: async (tx, userId) => {
      await context.vault.forget(tx, userId);
      return deleteQuestionsOf(tx, userId);
    },
    expire: (tx, expiry) => deleteQuestionsBefore(tx, expiry),
  }),
});
