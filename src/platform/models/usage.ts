import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import type { Usage } from './port.ts';

/** What was counted here, beside what the provider reports. */
export interface OwnCount {
  /** About right, on the high side. */
  inputTokens: number;
  /** At most what was asked for, but for an answer that was cut because it went beyond that. */
  outputTokens: number;
  reasoningTokens: number;
  /** No tokenizer finds fewer. */
  leastInputTokens: number;
  leastOutputTokens: number;
  /** No call can use more than the window of its model holds. */
  contextTokens: number;
  /** What was asked for at most. */
  limitTokens: number;
}

/** Below our lowest count, a report may be by this much: for markers between messages that we count and it does not. */
const TOLERANCE_TOKENS = 8;

/**
 * What a call used: the highest reading of a report that is consistent with itself and with our own count.
 *
 * - What was cached and what was written to a cache are a part of the input; where they are more, they come on top of it.
 * - Reasoning is a part of the output; where it is more, it comes on top of it.
 * - A total above the sum is output that the other figures leave out, as hidden reasoning is.
 * - Missing, zero or absurd (negative, not a number): our own count.
 * - Below the lowest plausible count: that count. Above it, an honest report stays as it is.
 * - Beyond the model's window: the window, since nothing more is possible.
 *
 * A higher figure in a report never makes the sum of tokens lower; only none at all makes way for our own count.
 */
export function readUsage(report: LanguageModelV4Usage, own: OwnCount): Usage {
  const raw = fieldsOf(report.raw);
  const total = count(raw['total_tokens'] ?? raw['totalTokens'] ?? raw['totalTokenCount']) ?? 0;
  const cached = count(report.inputTokens.cacheRead) ?? 0;
  const written = count(report.inputTokens.cacheWrite) ?? 0;
  const reasoning = count(report.outputTokens.reasoning) ?? 0;
  const reportedInput = onTop(count(report.inputTokens.total) ?? 0, cached + written);
  const reportedOutput = onTop(count(report.outputTokens.total) ?? 0, reasoning);
  const missesInput = reportedInput === 0 && own.inputTokens > 0;
  const input = missesInput ? own.inputTokens : reportedInput;
  const inputTokens = between(own.leastInputTokens - TOLERANCE_TOKENS, input, own.contextTokens);
  const hidden = Math.max(0, total - inputTokens - reportedOutput);
  const missesOutput = reportedOutput + hidden === 0;
  const output = missesOutput ? own.outputTokens : reportedOutput + hidden;
  const outputTokens = between(own.leastOutputTokens - TOLERANCE_TOKENS, output, mostOutput(own));
  const cachedInputTokens = Math.min(cached, inputTokens);
  const cacheWriteTokens = Math.min(written, inputTokens - cachedInputTokens);
  return {
    inputTokens,
    outputTokens,
    cachedInputTokens,
    ...(cacheWriteTokens > 0 && { cacheWriteTokens }),
    reasoningTokens: Math.min(missesOutput ? own.reasoningTokens : reasoning, outputTokens),
    estimated: missesInput || (missesOutput && outputTokens > 0) || inputTokens > input || outputTokens > output,
  };
}

/** What a call used that reports nothing: our own count. */
export function ownUsage({ inputTokens, outputTokens, reasoningTokens }: OwnCount): Usage {
  return {
    inputTokens,
    outputTokens,
    cachedInputTokens: 0,
    reasoningTokens: Math.min(reasoningTokens, outputTokens),
    estimated: true,
  };
}

const mostOutput = ({ contextTokens, inputTokens, limitTokens }: OwnCount): number =>
  Math.max(limitTokens, contextTokens - inputTokens);

const onTop = (whole: number, part: number): number => (part > whole ? whole + part : whole);

const between = (least: number, value: number, most: number): number => Math.min(most, Math.max(least, value));

/** Undefined for what is no count. Some servers write numbers as strings. */
function count(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? Math.ceil(number) : undefined;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
