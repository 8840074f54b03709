import { defineCommand } from '../../../sdk/index.ts';
import type { Command, SuggestCall } from '../../../sdk/index.ts';
import type { PromptContext } from '../settings.ts';
import { promptNamed, removePrompt, usablePrompts } from '../library.ts';
import { plainLine } from '../../../kernel/markdown/plain-line.ts';
import { libraries } from './save-prompt.ts';

/** Removes a prompt from the caller's own library or, for moderators, from the server's. */
export function removePromptCommand(context: PromptContext): Command {
  return defineCommand({
    name: 'remove-prompt',
    options: {
      name: { type: 'string', required: true, maxLength: 100, suggest: (call) => suggestions(context, call) },
      library: { type: 'string', choices: Object.keys(libraries) },
    },
    access: 'everyone',
    ephemeral: true,
    run: async (call) => {
      const { name, library: wanted } = call.options;
      const found = wanted === undefined ? await promptNamed(context, call, name) : undefined;
      const library = libraries[wanted ?? ''] ?? (found?.origin === 'guild' ? 'guild' : 'user');
      const { uses } = await removePrompt(context, call, { name, library });
      const key = uses === 0 ? 'removed' : 'removed-in-use';
      await call.reply({ content: call.t(`prompts.${key}`, { name: plainLine(name, 40), count: uses }) });
    },
  });
}

async function suggestions(context: PromptContext, call: SuggestCall): Promise<{ name: string; value: string }[]> {
  const wanted = call.text.trim().toLowerCase();
  return (await usablePrompts(context, call))
    .filter(({ name, origin }) => origin !== 'configured' && name.toLowerCase().includes(wanted))
    .map(({ name, origin }) => ({ name: call.t(`prompts.suggested.${origin}`, { name }), value: name }));
}
