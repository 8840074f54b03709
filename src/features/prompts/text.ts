import { UserError } from '../../kernel/errors.ts';
import { textOf } from '../../kernel/file-kind.ts';
import type { CommandFile } from '../../sdk/index.ts';
import type { PromptContext } from './settings.ts';
import { promptCharacters } from './rules.ts';

/** Read at most: enough of a file that is too long to count its characters, or to see that it has none. */
const fileBytes = 1024 * 1024;

/**
 * The text of a prompt in a command: written there, or in a file, where it can be longer and have lines. Undefined
 * without both. Throws a UserError for both, and for a file that isn't text.
 */
export async function givenText(
  context: PromptContext,
  { text, file }: { text: string | undefined; file: CommandFile | undefined },
): Promise<string | undefined> {
  if (!file) return text?.trim();
  if (text !== undefined) throw new UserError('prompts.text-or-file', 'both a text and a file');
  if (file.size > fileBytes) {
    throw new UserError('prompts.too-large', 'a file longer than a prompt can be', { limit: promptCharacters });
  }
  const bytes = await context.discord.actions.attachment(file.url, fileBytes);
  const read = textOf(bytes);
  if (read === undefined) throw new UserError('prompts.no-text', "a file that isn't text");
  return read.trim();
}
