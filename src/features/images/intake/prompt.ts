import { UserError } from '../../../kernel/errors.ts';
import { mostImages } from '../request.ts';
import { checkShape, plainSize } from './shape.ts';

/** What the words of a prompt say beside what is to be seen. */
export interface WrittenPrompt {
  prompt: string;
  negativePrompt?: string;
  count?: number;
  seed?: number;
  size?: string;
  aspect?: string;
  style?: string;
  strength?: number;
  spoiler?: boolean;
}

/** What models take; more is refused before anything is looked at. */
export const longestPrompt = 4000;

/** The longest that fits: `--aspect 16:9`. */
const option = /(?:^|\s)(?:--|—)([a-z]{2,10})(?:[ =]+([^\s-][^\s]{0,40}))?(?=\s|$)/giu;
const leadingCount = /^x([1-9]\d?)(?:\s+|$)/iu;

type Read = (value: string) => Partial<WrittenPrompt> | undefined;

const wholeIn = (value: string, least: number, most: number): number | undefined => {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
};
const named = <Key extends keyof WrittenPrompt>(key: Key, value: WrittenPrompt[Key] | undefined) =>
  value === undefined ? undefined : { [key]: value };

const readers: Readonly<Record<string, Read>> = {
  seed: (value) => named('seed', wholeIn(value, 0, 4_294_967_294)),
  size: (value) => named('size', value === '' ? undefined : plainSize(value)),
  ar: (value) => named('aspect', value === '' ? undefined : value),
  style: (value) => named('style', /^[a-z0-9-]{2,40}$/i.test(value) ? value.toLowerCase() : undefined),
  count: (value) => named('count', wholeIn(value, 1, mostImages)),
  strength: (value) => named('strength', /^(0?\.\d{1,3}|[01](\.0+)?)$/.test(value) ? Number(value) : undefined),
};
const otherNames: Readonly<Record<string, string>> = { aspect: 'ar', n: 'count' };
const examples: Readonly<Record<string, string>> = {
  seed: '--seed 42',
  size: '--size 1024x1024',
  ar: '--ar 16:9',
  style: '--style anime',
  strength: '--strength 0.6',
};

/**
 * Reads the options out of a prompt: `x4` in front, `--seed 5`, `--size 1024x768`, `--ar 16:9`, `--style anime`,
 * `--strength 0.6`, `--spoiler`, and `--no hats, birds` at the end. What looks like an option and is none stays part of the
 * prompt. Throws a UserError for an option without a sensible value.
 */
export function readPrompt(text: string): WrittenPrompt {
  if (text.length > longestPrompt)
    throw new UserError('prompt-too-long', 'the prompt is too long', { most: longestPrompt });
  const [wanted = '', ...without] = text.split(/(?:^|\s)(?:--|—)no(?=\s)/iu);
  const found: Partial<WrittenPrompt> = {};
  const times = leadingCount.exec(wanted);
  const rest = times ? wanted.slice(times[0].length) : wanted;
  if (times) Object.assign(found, valueOf('count', times[1] ?? '', times[0].trim()));
  const prompt = rest.replaceAll(option, (whole, name: string, value: string | undefined) => {
    const known = name.toLowerCase();
    if (known === 'spoiler') {
      found.spoiler = true;
      return value === undefined ? '' : ` ${value}`;
    }
    const key = otherNames[known] ?? known;
    if (!Object.hasOwn(readers, key)) return whole;
    Object.assign(found, valueOf(key, value ?? ''));
    return '';
  });
  checkShape(found);
  const negativePrompt = without.join(' ').trim();
  return { ...found, prompt: prompt.trim(), ...(negativePrompt !== '' && { negativePrompt }) };
}

/** `written`: as the member wrote it, where that is not the option's name. */
function valueOf(key: string, value: string, written?: string): Partial<WrittenPrompt> {
  const read = readers[key]?.(value);
  if (!read && key === 'count')
    throw new UserError('bad-count', 'too many images', { written: written ?? value, most: mostImages });
  if (!read) throw new UserError('bad-option', `no value for ${key}`, { option: key, example: examples[key] ?? '' });
  return read;
}
