import type { ChatMessage } from '../port.ts';
import { plainText } from './conversation.ts';

const wantsTitle = /^write a title\b/i;
const titleWords = 6;
/** What a request begins with before it comes to what it is about. */
const opening =
  /^(?:please |can you |could you |would you )*(?:tell me (?:more )?about|explain(?: to me)?|describe|teach me(?: about)?|show me|write(?: me)?|what(?:'s| is| are)|who(?:'s| is)|how (?:do|can) i)\s+(?:an? |the |some )?/i;

/** What the bot has a model do beside answering people, told by the instructions it gives; undefined for an answer. */
export function errand(messages: readonly ChatMessage[]): string | undefined {
  const [instructions, ...rest] = messages;
  if (instructions?.role !== 'system' || !wantsTitle.test(plainText(instructions))) return undefined;
  return title(rest.map((message) => plainText(message)).join('\n'));
}

/** The first words of what a request is about. */
function title(request: string): string {
  const words = request.replace(opening, '').split(/\s+/).slice(0, titleWords).join(' ');
  const plain = words.replace(/[^\p{L}\p{N})]+$/u, '');
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
