import { cutAtWord } from './cut-at-word.ts';
import { trimmed } from './one-line.ts';

/** Discord's limit for the name of a thread. */
const longestName = 100;

const outer = new Set([
  ...'"\'“”„‟«»‹›‘’‚‛`´「」『』《》〈〉()[]{}<>:：,;.。=-–—*_~|#\\/',
  ' ',
  '\t',
  '\r',
  '\n',
  '\u00a0',
  '\u200b',
]);

/** Whether a character is no part of a name where it stands at its beginning or end. */
export const isOuter = (character: string): boolean => outer.has(character);

/** A thread's name out of what somebody wrote: one line without Markdown, mentions and quotes around it. */
export function threadName(text: string): string {
  const plain = text
    .replace(/<(?:[@#]|a?:\w{1,32}:)[^<>]*>/g, ' ')
    .replace(/[*_~`|>#]+/g, ' ')
    .replace(/\s+/g, ' ');
  return cutAtWord(trimmed(plain, isOuter), longestName);
}

/** The name of a thread until there is a better one: the first line of a question. */
export const provisionalName = (question: string): string =>
  threadName(question.split('\n').find((line) => line.trim() !== '') ?? '');
