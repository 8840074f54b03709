import type { LanguageModelV4, LanguageModelV4FinishReason, LanguageModelV4Usage } from '@ai-sdk/provider';
import type { Clock } from '../../kernel/clock.ts';
import { modelError, translateModelError } from './errors.ts';
import type { ChatEvent, ChatRequest, FinishReason, ModelInfo, Usage } from './port.ts';
import { buildPrompt, promptText } from './prompt.ts';
import { Watchdog } from './watchdog.ts';
import type { Timeouts } from './watchdog.ts';

export interface CallOptions {
  model: LanguageModelV4;
  info: ModelInfo;
  request: ChatRequest;
  timeouts: Timeouts;
  clock: Clock;
  countTokens: (text: string) => number;
}

type CallEvent = Exclude<ChatEvent, { type: 'start' }>;

/**
 * One call of one model with one key. Talks to the AI SDK's provider layer directly: `streamText` above it would
 * retry, log and remember, all of which has its place elsewhere here. Throws a VendorError, or the reason of the
 * request's signal as soon as that is aborted.
 */
export async function* callModel(options: CallOptions): AsyncGenerator<CallEvent> {
  const { model, info, request, clock } = options;
  const watchdog = new Watchdog({ clock, timeouts: options.timeouts, caller: request.signal, provider: info.provider });
  let text = '';
  let reasoning = '';
  try {
    const { stream } = await watchdog.wait(
      model.doStream({
        prompt: buildPrompt(request.messages, info.abilities),
        maxOutputTokens: Math.min(request.maxOutputTokens, info.maxOutputTokens),
        ...(request.temperature !== undefined && { temperature: request.temperature }),
        // OpenAI would otherwise keep what people wrote for 30 days.
        providerOptions: { openai: { store: false } },
        // Every event of the provider is a sign of life, also those that carry nothing for us.
        includeRawChunks: true,
        abortSignal: watchdog.signal,
      }),
    );
    watchdog.sign();
    for await (const part of read(stream, watchdog)) {
      watchdog.sign();
      if (part.type === 'text-delta' && part.delta !== '') {
        text += part.delta;
        yield { type: 'text', text: part.delta };
      } else if (part.type === 'reasoning-delta' && part.delta !== '') {
        reasoning += part.delta;
        yield { type: 'reasoning', text: part.delta };
      } else if (part.type === 'error') {
        throw part.error;
      } else if (part.type === 'finish') {
        const estimate = (): Usage => estimateUsage(options, text, reasoning);
        yield { type: 'finish', reason: finishReason(part.finishReason), usage: readUsage(part.usage) ?? estimate() };
        return;
      }
    }
    throw modelError('model/unreachable', `${info.provider}: the answer broke off`, { retryable: true });
  } catch (error) {
    request.signal.throwIfAborted();
    const reason: unknown = watchdog.signal.aborted ? watchdog.signal.reason : error;
    throw translateModelError(info.provider, reason, clock.now());
  } finally {
    watchdog.stop();
  }
}

async function* read<T>(stream: ReadableStream<T>, watchdog: Watchdog): AsyncGenerator<T> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await watchdog.wait(reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    // Not awaited: a provider that hangs would hold up the caller.
    reader.cancel().catch(() => undefined);
  }
}

function finishReason(reason: LanguageModelV4FinishReason): FinishReason {
  if (reason.unified === 'stop' || reason.unified === 'length') return reason.unified;
  return reason.unified === 'content-filter' ? 'refused' : 'other';
}

function readUsage({ inputTokens, outputTokens }: LanguageModelV4Usage): Usage | undefined {
  if (inputTokens.total === undefined || outputTokens.total === undefined) return undefined;
  // All zeroes is how some servers spell "not counted".
  if (inputTokens.total + outputTokens.total === 0) return undefined;
  return {
    inputTokens: inputTokens.total,
    outputTokens: outputTokens.total,
    cachedInputTokens: inputTokens.cacheRead ?? 0,
    reasoningTokens: outputTokens.reasoning ?? 0,
    estimated: false,
  };
}

function estimateUsage({ request, countTokens }: CallOptions, text: string, reasoning: string): Usage {
  const reasoningTokens = countTokens(reasoning);
  return {
    inputTokens: countTokens(promptText(request.messages)),
    outputTokens: countTokens(text) + reasoningTokens,
    cachedInputTokens: 0,
    reasoningTokens,
    estimated: true,
  };
}
