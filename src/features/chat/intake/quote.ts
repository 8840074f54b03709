import { cutAtWord } from '../../../kernel/cut-at-word.ts';

/** A text as a quote of at most about `length` characters. */
export function quote(text: string, length: number): string {
  return cutAtWord(text.trim(), length)
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}
