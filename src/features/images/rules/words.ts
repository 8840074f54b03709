import { UserError } from '../../../kernel/errors.ts';

const folded = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
const isLetter = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}]/u.test(character);

/** Throws a UserError when a prompt has one of these words, as a whole word, whatever its case and accents. */
export function checkWords(
  blocked: readonly string[],
  { prompt, find = '' }: { prompt: string; find?: string | undefined },
): void {
  if (blocked.length === 0) return;
  const text = folded(`${prompt}\n${find}`);
  if (blocked.some((word) => hasWord(text, folded(word))))
    throw new UserError('blocked-word', 'a word is blocked here');
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isLetter(text[at - 1]) && !isLetter(text[at + word.length])) return true;
  }
  return false;
}
