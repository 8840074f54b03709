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

/** Whether a character is trimmed from both ends of a name. */
export const isOuter = (character: string): boolean => outer.has(character);

/** A thread's name made from what a member wrote: one line without Markdown, mentions and surrounding quotes. */
export function threadName(text: string): string {
  const plain = text
    .replace(/<(?:[@#]|a?:\w{1,32}:)[^<>]*>/g, ' ')
    .replace(/[*_~`|>#]+/g, ' ')
    .replace(/\s+/g, ' ');
  return cutAtWord(trimmed(plain, isOuter), longestName);
}

/** The name of a thread until it has a better one: the first line of its question. */
export const provisionalName = (question: string): string =>
  threadName(question.split('\n').find((line) => line.trim() !== '') ?? '');
