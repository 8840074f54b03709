import { defineCommand } from '../../../sdk/index.ts';
import type { Command, SuggestCall } from '../../../sdk/index.ts';
import type { PromptContext } from '../settings.ts';
import type { Choice } from '../choose.ts';
import { systemForm } from '../forms.ts';
import { choosablePrompts } from '../library.ts';
import { checkMayChoose } from '../rights.ts';
import { chooseAndTell, inForce, layersHere, meant } from '../choices.ts';
import { promptName, resetWord } from '../rules.ts';
import type { ChoiceScope } from '../store.ts';
import { givenText } from '../text.ts';

/** The options of the command. */
const scopes: Readonly<Record<string, ChoiceScope>> = {
  conversation: 'conversation',
  me: 'user',
  channel: 'channel',
  server: 'guild',
};

/**
 * Shows the system prompt that applies here, or chooses one: a text, a prompt's name, or none. Everyone may choose for
 * themselves, a conversation's owner and moderators for the conversation, moderators for channel and server.
 */
export function systemCommand(context: PromptContext): Command {
  return defineCommand({
    name: 'system',
    options: {
      text: {
        type: 'string',
        maxLength: 6000,
        takesRest: true,
        suggest: async (call) => [...(await suggestPrompts(context, call)), ...suggestReset(call)],
      },
      scope: { type: 'string', choices: Object.keys(scopes) },
      file: { type: 'attachment' },
    },
    access: 'everyone',
    ephemeral: true,
    run: async (call) => {
      const { options, modal, reply, t } = call;
      const scope = scopes[options.scope ?? ''] ?? 'conversation';
      const text = await givenText(context, options);
      if (text !== undefined) {
        const choice = await meant(context, call, text);
        const told = await chooseAndTell(context, call, scope, choice);
        await reply({ content: looksLikeName(choice) ? `${told}\n-# ${t('system.as-text')}` : told });
      } else if (options.scope !== undefined && modal) {
        await checkMayChoose(context, call, scope);
        const current = (await layersHere(context, call)).find((layer) => layer.scope === scope);
        await modal(systemForm(scope, current?.name === null ? current.text : '', t));
      } else {
        await reply(await inForce(context, call));
      }
    },
  });
}

/** A text that may have been meant as a prompt's name. */
const looksLikeName = (choice: Choice | null) =>
  choice !== null && !('reference' in choice) && promptName.test(choice.text) && !choice.text.includes(' ');

/** Suggests the prompts that a member can choose while they type a name. */
export async function suggestPrompts(
  context: PromptContext,
  call: SuggestCall,
): Promise<{ name: string; value: string }[]> {
  const wanted = call.text.trim().toLowerCase();
  return (await choosablePrompts(context, call))
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .map(({ name, origin }) => ({ name: call.t(`prompts.suggested.${origin}`, { name }), value: name }));
}

const suggestReset = ({ text, t }: SuggestCall) =>
  resetWord.includes(text.trim().toLowerCase()) ? [{ name: t('prompts.suggested.reset'), value: resetWord }] : [];
