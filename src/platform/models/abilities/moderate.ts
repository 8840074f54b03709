import { recordOf } from '../failure.ts';
import { modelError } from '../errors.ts';
import { readObject, send, unreadable } from './call.ts';
import type { Attempt } from './call.ts';
import { imageOf } from './image.ts';
import type { Moderation, ModerateWork, ModerationCategory, Verdict } from './port.ts';

const MOST_BYTES = 4_000_000;

/** By what the names of providers begin with: OpenAI's `hate/threatening`, Mistral's `violence_and_threats`. */
const categories: readonly (readonly [RegExp, ModerationCategory])[] = [
  [/^sexual[/_ -]minors/, 'sexual-minors'],
  [/^sexual/, 'sexual'],
  [/^harass/, 'harassment'],
  [/^hate/, 'hate'],
  [/^self[-_ ]?harm/, 'self-harm'],
  [/^violen/, 'violence'],
  [/^(illicit|dangerous)/, 'illicit'],
];

export function categoryOf(name: string): ModerationCategory {
  return categories.find(([pattern]) => pattern.test(name.toLowerCase()))?.[1] ?? 'other';
}

/** OpenAI's models for texts and images, at any provider; every other model for moderation judges texts only. */
export const judgesImages = (name: string): boolean => /omni-moderation/i.test(name);

/** `POST /moderations`: all texts in one request, and each image in one of its own, since a request takes one image. */
export async function* moderate(
  attempt: Attempt,
  { texts, images = [] }: ModerateWork,
  modelId: string,
): AsyncGenerator<Moderation, void> {
  const { provider, model } = attempt;
  if (images.length > 0 && !judgesImages(model)) {
    throw modelError('model/failed', `${provider}: ${model} judges texts only`, { retryable: false });
  }
  const ofImages = images.map((bytes) => [{ type: 'image_url', image_url: { url: dataUrl(bytes) } }]);
  const verdicts = await Promise.all([
    ...(texts.length > 0 ? [judged(attempt, texts, texts.length)] : []),
    ...ofImages.map((input) => judged(attempt, input, 1)),
  ]);
  yield { verdicts: verdicts.flat(), modelId };
}

async function judged(attempt: Attempt, input: readonly unknown[], count: number): Promise<Verdict[]> {
  const { provider, model } = attempt;
  const body = { model, input };
  const answer = await readObject(attempt, await send(attempt, { path: '/moderations', body }), MOST_BYTES);
  const results = Array.isArray(answer['results']) ? (answer['results'] as unknown[]) : [];
  if (results.length !== count) throw unreadable(provider, `${results.length} verdicts where ${count} were asked for`);
  return results.map((result) => readVerdict(provider, result));
}

function dataUrl(bytes: Uint8Array): string {
  const type = imageOf(bytes)?.contentType ?? 'application/octet-stream';
  return `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
}

function readVerdict(provider: string, result: unknown): Verdict {
  const { flagged, categories: flags, category_scores: given } = recordOf(result) ?? {};
  const flaggedNames = Object.entries(recordOf(flags) ?? {}).flatMap(([name, value]) => (value === true ? name : []));
  if (typeof flagged !== 'boolean' && !recordOf(flags)) throw unreadable(provider, 'something that is no verdict');
  const scores: Verdict['scores'] = {};
  for (const [name, score] of Object.entries(recordOf(given) ?? {})) {
    if (typeof score !== 'number' || !Number.isFinite(score)) continue;
    const category = categoryOf(name);
    scores[category] = Math.max(scores[category] ?? 0, Math.min(1, Math.max(0, score)));
  }
  return {
    // Mistral judges by category alone.
    flagged: typeof flagged === 'boolean' ? flagged : flaggedNames.length > 0,
    scores,
    categories: [...new Set(flaggedNames.map(categoryOf))],
  };
}
