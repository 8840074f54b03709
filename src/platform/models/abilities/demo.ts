/** What is built in, for instances without a provider: made in this process, without any network, and free. */
import { sexualisesMinors } from '../../../kernel/sexual-minors.ts';
import { unitVector } from './embed.ts';
import type { AbilityModel, Embeddings, EmbedWork, Moderation, ModerateWork, ModerationCategory } from './port.ts';

const free = {
  provider: 'demo',
  paid: false,
  prices: null,
  priceSource: 'free',
  longestMs: 10_000,
  demo: true,
} as const;

/** Finds texts that share words: it knows nothing of what they mean. */
export const WORDS_MODEL: AbilityModel = { ...free, id: 'demo/words', ability: 'embed' };
/** Flags a few phrases that leave no doubt: it catches little, and flags quotations too. */
export const WORD_LIST_MODEL: AbilityModel = { ...free, id: 'demo/word-list', ability: 'moderate' };

const DIMENSIONS = 256;

/** Counts of words and of their parts of three letters, hashed to so many places. The same text gives the same vector. */
export function embedWords({ texts }: EmbedWork): Embeddings {
  return { vectors: texts.map(vectorOf), dimensions: DIMENSIONS, modelId: WORDS_MODEL.id };
}

function vectorOf(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  for (const word of words) {
    add(vector, word, 2);
    // So that "cats" is near to "cat".
    const letters = [...`^${word}$`];
    for (let at = 0; at + 3 <= letters.length; at += 1) add(vector, letters.slice(at, at + 3).join(''), 1);
  }
  // A text without words is like no other, but has a place all the same.
  if (words.length === 0) add(vector, text, 1);
  return unitVector(vector) ?? vector;
}

function add(vector: Float32Array, feature: string, weight: number): void {
  const hash = hashOf(feature);
  const place = hash % DIMENSIONS;
  // With a sign, what collides cancels out as often as it adds up.
  vector[place] = (vector[place] ?? 0) + (hash & 0x100 ? weight : -weight);
}

/** FNV-1a, 32 bits, with a last mix because only some of its bits are used. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

const phrases: Readonly<Partial<Record<ModerationCategory, readonly string[]>>> = {
  harassment: ['kill yourself', 'kys', 'go die', 'nobody would miss you', 'i hope you die'],
  violence: ['i will kill you', "i'll kill you", 'i am going to kill you', 'shoot up the school', 'bomb threat'],
  'self-harm': ['i want to kill myself', 'i want to die', 'how to kill myself', 'end my life'],
  illicit: ['how to build a pipe bomb', 'how to make a bomb', 'buy stolen credit cards'],
};

export function moderateByList({ texts }: ModerateWork): Moderation {
  return { verdicts: texts.map(verdictOf), modelId: WORD_LIST_MODEL.id };
}

function verdictOf(text: string): Moderation['verdicts'][number] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}\p{N}']+/gu) ?? [];
  const said = ` ${words.join(' ')} `;
  const scores: Moderation['verdicts'][number]['scores'] = {};
  for (const [category, list] of Object.entries(phrases) as [ModerationCategory, readonly string[]][]) {
    scores[category] = list.some((phrase) => said.includes(` ${phrase} `)) ? 1 : 0;
  }
  scores['sexual-minors'] = sexualisesMinors(text) ? 1 : 0;
  const categories = (Object.keys(scores) as ModerationCategory[]).filter((name) => scores[name] === 1);
  return { flagged: categories.length > 0, scores, categories };
}
