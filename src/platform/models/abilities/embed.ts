import { recordOf } from '../failure.ts';
import { readObject, send, unreadable } from './call.ts';
import type { Attempt } from './call.ts';
import type { Embeddings, EmbedWork } from './port.ts';

/** Of 256 vectors with 4,096 dimensions, written out in full. */
const MOST_BYTES = 32_000_000;
const MOST_DIMENSIONS = 8192;

/**
 * What models want before a text, by the cards of their makers (nomic-ai, intfloat, mixedbread-ai): without it they find
 * less. Others take texts as they are.
 */
const prefixes: readonly (readonly [RegExp, Readonly<Record<'query' | 'document', string>>])[] = [
  [/nomic-embed-text/i, { query: 'search_query: ', document: 'search_document: ' }],
  [/(^|[-_/])(multilingual-)?e5-(?!mistral)/i, { query: 'query: ', document: 'passage: ' }],
  [/mxbai-embed/i, { query: 'Represent this sentence for searching relevant passages: ', document: '' }],
];

/** The texts as the model is to read them. */
export function textsToEmbed(model: string, { texts, purpose = 'document' }: EmbedWork): string[] {
  const prefix = prefixes.find(([pattern]) => pattern.test(model))?.[1][purpose] ?? '';
  return texts.map((text) => `${prefix}${text}`);
}

/** `POST /embeddings`. */
export async function* embed(attempt: Attempt, work: EmbedWork, modelId: string): AsyncGenerator<Embeddings, void> {
  const { provider, model } = attempt;
  const body = { model, input: textsToEmbed(model, work), encoding_format: 'float' };
  const answer = await readObject(attempt, await send(attempt, { path: '/embeddings', body }), MOST_BYTES);
  const vectors = readVectors(provider, answer['data'], work.texts.length);
  const tokens = recordOf(answer['usage'])?.['prompt_tokens'];
  // A server that says nothing is charged for what was counted here, which is the most.
  if (typeof tokens === 'number' && tokens > 0) attempt.used({ tokens, estimated: false });
  yield { vectors, dimensions: vectors[0]?.length ?? 0, modelId };
}

function readVectors(provider: string, data: unknown, count: number): Float32Array[] {
  const entries = Array.isArray(data) ? (data as unknown[]) : [];
  if (entries.length !== count) throw unreadable(provider, `${entries.length} vectors for ${count} texts`);
  const vectors = new Array<Float32Array | undefined>(count).fill(undefined);
  for (const [position, entry] of entries.entries()) {
    const { index = position, embedding } = recordOf(entry) ?? {};
    if (typeof index === 'number' && index in vectors) vectors[index] = readVector(embedding);
  }
  const read = vectors.filter((vector) => vector !== undefined);
  const [first] = read;
  if (!first || read.length !== count || read.some(({ length }) => length !== first.length)) {
    throw unreadable(provider, 'something that is no vectors');
  }
  return read;
}

function readVector(numbers: unknown): Float32Array | undefined {
  if (!Array.isArray(numbers) || numbers.length === 0 || numbers.length > MOST_DIMENSIONS) return undefined;
  return unitVector(Float32Array.from(numbers as number[]));
}

/** Of length 1; undefined for what has none. Changes `vector`. */
export function unitVector(vector: Float32Array): Float32Array | undefined {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (!Number.isFinite(length) || length === 0) return undefined;
  return vector.map((value) => value / length);
}
