/**
 * System prompts that people write, keep under names and choose for a conversation, a channel, a server or themselves.
 *
 * Invariants: of several choices the nearest applies; texts are encrypted under their author's key, and deleting the
 * author's data takes them out of every place.
 */
import { defineFeature } from '../../sdk/index.ts';
import { chatApi } from '../chat/api.ts';
import { promptsCommand } from './commands/prompts.ts';
import { removePromptCommand } from './commands/remove-prompt.ts';
import { savePromptCommand, writePromptForm } from './commands/save-prompt.ts';
import { systemCommand } from './commands/system.ts';
import { checkPromptRoles } from './library.ts';
import { exportPrompts } from './open.ts';
import { promptComponents, promptSetting } from './panel.ts';
import { promptSettings } from './settings.ts';
import { requestedIn, systemOption, systemSource } from './source.ts';
import {
  conversationsWithOldText,
  copyChoice,
  deletePlace,
  deletePromptsOf,
  deleteTextsOf,
  setChoice,
} from './store.ts';

export const feature = defineFeature({
  name: 'prompts',
  summary: 'Saves system prompts under names, and lets people choose which one applies where.',
  intents: [],
  settings: promptSettings,
  setup: (context) => {
    checkPromptRoles(context);
    return {
      commands: [
        promptsCommand(context),
        systemCommand(context),
        savePromptCommand(context),
        removePromptCommand(context),
      ],
      components: { ...promptComponents(context), 'write-prompt': writePromptForm(context) },
      promptSources: [systemSource(context)],
      askOptions: [systemOption(context)],
      turnSettings: [promptSetting(context)],
      subscriptions: {
        'chat/thread-opened': async (tx, { guildId, channelId, threadId, extras }) => {
          const reference = requestedIn(extras['prompts']);
          if (!reference) return;
          await setChoice(tx, { scope: 'conversation', scopeId: threadId, guildId, parentId: channelId }, reference);
        },
        'chat/branched': (tx, { fromId, toId, guildId, parentId }) =>
          copyChoice(tx, fromId, { scope: 'conversation', scopeId: toId, guildId, parentId }),
        'chat/place-deleted': (tx, place) => deletePlace(tx, place),
      },
      exportUser: (userId) => exportPrompts(context, userId),
      forgetUser: deletePromptsOf,
      // A text for one conversation is deleted with its last turn. Libraries have no retention.
      expire: async (tx, expiry) => {
        const channels = await conversationsWithOldText(tx, expiry);
        const kept = await context.use(chatApi).channelsWithTurns(tx, channels);
        return deleteTextsOf(
          tx,
          channels.filter((id) => !kept.includes(id)),
        );
      },
    };
  },
});
