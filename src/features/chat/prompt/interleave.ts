import { userMessage } from '../../../sdk/index.ts';
import type { ModelMessage } from '../../../sdk/index.ts';

/** An ambient message: said in the channel, not to the bot; on one line with the author's name. */
export interface AmbientLine {
  atMs: number;
  line: string;
  authorId: string;
}

/** The messages of one exchange, at the time of its question. */
export interface Told {
  atMs: number;
  messages: readonly ModelMessage[];
}

/** Begins ambient messages, so that a model does not take them for a question. */
const heading = '[Overheard]';

/** Ambient messages as one message. A line alone takes a little more of a window than one that shares its message. */
export const ambientText = (ambient: readonly AmbientLine[]): string =>
  [heading, ...ambient.map(({ line }) => line)].join('\n');

/** Everything in the order in which it was said, oldest first; the ambient messages between two exchanges are one message. */
export function interleave(told: readonly Told[], ambient: readonly AmbientLine[]): ModelMessage[] {
  const messages: ModelMessage[] = [];
  let from = 0;
  const hearUntil = (atMs: number) => {
    let until = from;
    while ((ambient[until]?.atMs ?? Infinity) <= atMs) until += 1;
    const lines = ambient.slice(from, until);
    if (lines.length > 0) messages.push(userMessage(ambientText(lines)));
    from = until;
  };
  for (const exchange of told) {
    hearUntil(exchange.atMs);
    messages.push(...exchange.messages);
  }
  hearUntil(Number.MAX_VALUE);
  return messages;
}
