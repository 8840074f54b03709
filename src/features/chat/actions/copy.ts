import { UserError } from '../../../kernel/errors.ts';
import type { ComponentCall } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { reached } from './reach.ts';

/** Longer texts come as a file, whole. */
const messageCharacters = 1900;

/** The demo model writes its own small print, which is the last line of what it says. */
function withoutLabel(text: string): string {
  const at = text.lastIndexOf('\n');
  return at >= 0 && text.startsWith('-# ', at + 1) ? text.slice(0, at) : text;
}

/** The source of an answer, as the model wrote it, without what is said below it. */
export async function copy(context: Needs<'db' | 'models' | 'vault'>, call: ComponentCall): Promise<void> {
  const { answer, question } = await reached(context, call);
  const stored =
    answer.ciphertext && (await context.vault.decrypt(context.db, question.author_id, answer.id, answer.ciphertext));
  const isDemo = context.models.find(answer.model_id ?? '')?.demo === true;
  const text = isDemo && stored ? withoutLabel(stored) : stored;
  if (!text) throw new UserError('nothing-to-copy', 'the answer has no text');
  if (text.length <= messageCharacters) {
    await call.reply({ content: text, suppressEmbeds: true });
    return;
  }
  const file = { name: 'answer.md', contentType: 'text/markdown', data: new TextEncoder().encode(text) };
  await call.reply({ content: call.t('copied'), files: [file] });
}
