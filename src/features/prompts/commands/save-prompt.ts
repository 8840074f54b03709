import { UserError } from '../../../kernel/errors.ts';
import { defineCommand } from '../../../sdk/index.ts';
import type { Call, Command, ComponentHandler, OutgoingMessage } from '../../../sdk/index.ts';
import type { PromptContext } from '../settings.ts';
import { checkLength } from '../choose.ts';
import { promptForm } from '../forms.ts';
import { savePrompt, textIn } from '../library.ts';
import { checkMaySave } from '../rights.ts';
import type { Library } from '../rules.ts';
import { givenText } from '../text.ts';
import { plainLine } from '../../../kernel/markdown/plain-line.ts';
import { suggestPrompts } from './system.ts';

/** The options of the command. */
export const libraries: Readonly<Record<string, Library>> = { me: 'user', server: 'guild' };

/** Saves a prompt under a name: for oneself or, for moderators, for the server. Without a text it opens a form. */
export function savePromptCommand(context: PromptContext): Command {
  return defineCommand({
    name: 'save-prompt',
    options: {
      name: { type: 'string', required: true, maxLength: 100, suggest: (call) => suggestPrompts(context, call) },
      text: { type: 'string', maxLength: 6000, takesRest: true },
      library: { type: 'string', choices: Object.keys(libraries) },
      file: { type: 'attachment' },
    },
    access: 'everyone',
    ephemeral: true,
    run: async (call) => {
      const { options, modal, reply, t } = call;
      const { name } = options;
      const library = libraries[options.library ?? ''] ?? 'user';
      await checkMaySave(context, call, library);
      const text = await givenText(context, options);
      if (text !== undefined) {
        await reply(await save(context, call, { name, text, library }));
      } else if (modal) {
        await modal(promptForm(library, { name, text: await textIn(context, call, library, name) }, t));
      } else {
        throw new UserError('prompts.empty', 'the text is missing');
      }
    },
  });
}

/** Saves the form's content. */
export function writePromptForm(context: PromptContext): ComponentHandler {
  return {
    version: 1,
    right: { commands: ['save-prompt'] },
    run: async (call) => {
      const { id, fields } = call;
      if (id !== 'user' && id !== 'guild') throw new UserError('errors.expired', 'no such library');
      const prompt = { name: fields['name'] ?? '', text: (fields['text'] ?? '').trim(), library: id } as const;
      await call.reply(await save(context, call, prompt));
    },
  };
}

async function save(
  context: PromptContext,
  call: Call,
  prompt: { name: string; text: string; library: Library },
): Promise<OutgoingMessage> {
  await checkLength(context, call, prompt.text);
  const done = await savePrompt(context, call, prompt);
  const plain = prompt.name.trim();
  return { content: call.t(`prompts.${done}-${prompt.library}`, { name: plainLine(plain, 40), plain }) };
}
