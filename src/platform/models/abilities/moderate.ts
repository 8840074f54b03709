import { recordOf } from '../failure.ts';
import { readObject, send, unreadable } from './call.ts';
import type { Attempt } from './call.ts';
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

/** `POST /moderations`. */
export async function* moderate(
  attempt: Attempt,
  { texts }: ModerateWork,
  modelId: string,
): AsyncGenerator<Moderation, void> {
  const { provider, model } = attempt;
  const body = { model, input: texts };
  const answer = await readObject(attempt, await send(attempt, { path: '/moderations', body }), MOST_BYTES);
  const results = Array.isArray(answer['results']) ? (answer['results'] as unknown[]) : [];
  if (results.length !== texts.length) {
    throw unreadable(provider, `${results.length} verdicts for ${texts.length} texts`);
  }
  yield { verdicts: results.map((result) => readVerdict(provider, result)), modelId };
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
