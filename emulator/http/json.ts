import { discordError } from '../errors.ts';

/** Deeper bodies are refused before anything walks them. The deepest that Discord takes, a layout, has about ten levels. */
const MAX_DEPTH = 200;
/** Sixteen digits or more outside of a string: an id that a number cannot hold exactly. */
const LONG_NUMBER = /[\s:,[]\d{16}/;

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

/**
 * Parses a body. Whole numbers too large to be exact, such as ids that some libraries send without quotes, become
 * strings of the same digits. An empty text is undefined. Throws 50109 for what is not JSON or nested over 200 levels.
 */
export function parseJson(text: string): unknown {
  if (text === '') return undefined;
  if (depthOf(text) > MAX_DEPTH) throw discordError('invalidJson');
  try {
    return LONG_NUMBER.test(text) ? parseWithExactNumbers(text) : (JSON.parse(text) as unknown);
  } catch {
    throw discordError('invalidJson');
  }
}

function parseWithExactNumbers(text: string): unknown {
  const keepDigits: Reviver = (_key, value, { source }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && /^-?\d+$/.test(source)
      ? source
      : value;
  // The types of this version do not know the third parameter yet.
  return JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown) as unknown;
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (isInString) {
      if (character === '\\') index += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '{' || character === '[') deepest = Math.max(deepest, (depth += 1));
    else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}
