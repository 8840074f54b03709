export type Encoding = 'o200k_base' | 'cl100k_base';

interface Counting {
  encoding: Encoding;
  /** By how much the model's own tokenizer may find more than the encoding does. */
  margin: number;
}

/**
 * How the tokens of a model are counted. OpenAI publishes the encodings of its models up to GPT-5.6 (its tiktoken). No other
 * tokenizer is known here: Anthropic says of Claude since Opus 4.7 that a text may take 1.35 times the tokens of before,
 * and those who measured it found up to 1.47 times for English, with before about equal to cl100k; those of open models
 * are close to cl100k, from which several descend.
 */
const countings: readonly (readonly [name: RegExp, counting: Counting])[] = [
  [/^(?:chatgpt-4o|gpt-4o|gpt-4\.1|gpt-4\.5|gpt-5|gpt-oss|o[134])(?![a-z0-9])/, { encoding: 'o200k_base', margin: 1 }],
  [/^(?:gpt-4|gpt-3\.5)(?![0-9])/, { encoding: 'cl100k_base', margin: 1 }],
  [/claude/, { encoding: 'cl100k_base', margin: 1.45 }],
];
const unknown: Counting = { encoding: 'cl100k_base', margin: 1.15 };

/** By the last part of the model's id: resellers put the maker's name before it. */
export function countingOf(modelId: string): Counting {
  const name = modelId.slice(modelId.lastIndexOf('/') + 1).toLowerCase();
  return countings.find(([pattern]) => pattern.test(name))?.[1] ?? unknown;
}
