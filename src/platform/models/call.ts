import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4FinishReason } from '@ai-sdk/provider';
import type { Clock } from '../../kernel/clock.ts';
import { Answer, limitOf } from './answer.ts';
import { modelError, translateModelError, wasTurnedAway } from './errors.ts';
import type { ChatEvent, ChatRequest, FinishReason, ModelInfo, Usage } from './port.ts';
import { buildPrompt } from './prompt.ts';
import type { Counter } from './prompt.ts';
import { ownUsage, readUsage } from './usage.ts';
import { Watchdog } from './watchdog.ts';
import type { Timeouts } from './watchdog.ts';

interface CallOptions {
  model: LanguageModelV4;
  info: ModelInfo;
  request: ChatRequest;
  timeouts: Timeouts;
  clock: Clock;
  counter: Counter;
}

type CallEvent = Exclude<ChatEvent, { type: 'start' }>;

/**
 * One call of one model with one key. Talks to the AI SDK's provider layer directly: `streamText` above it would
 * retry, log and remember, all of which has its place elsewhere here. Throws a VendorError, or the reason of the
 * request's signal as soon as that is aborted. Tells the request's `onUsage` once, unless the signal was aborted before.
 * Reads no more than the output limit, whatever the server sends; an answer that is cut there ends as `length`.
 */
export async function* callModel(options: CallOptions): AsyncGenerator<CallEvent> {
  const { model, info, request, clock } = options;
  request.signal.throwIfAborted();
  const watchdog = new Watchdog({ clock, timeouts: options.timeouts, caller: request.signal, provider: info.provider });
  const answer = new Answer(options);
  let told = false;
  const tell = (usage: Usage): Usage => {
    if (!told) request.onUsage?.(usage, info);
    told = true;
    return usage;
  };
  try {
    const { stream } = await watchdog.wait(model.doStream(callOf(options, watchdog.signal)));
    watchdog.sign();
    answer.opened();
    for await (const part of read(stream, watchdog)) {
      watchdog.sign();
      yield* await watchdog.wait(answer.take(part));
      if (part.type === 'error') throw part.error;
      if (answer.isFull) {
        yield* answer.end();
        yield { type: 'finish', reason: 'length', usage: tell(ownUsage(await answer.count())) };
        return;
      }
      if (part.type === 'finish') {
        yield* answer.end();
        const usage = tell(readUsage(part.usage, await answer.count()));
        yield { type: 'finish', reason: finishReason(part.finishReason), usage };
        return;
      }
    }
    throw modelError('model/broke-off', `${info.provider}: the answer broke off`, { retryable: true });
  } catch (error) {
    if (answer.isEmpty && wasTurnedAway(error)) tell(NOTHING_USED);
    request.signal.throwIfAborted();
    const reason: unknown = watchdog.signal.aborted ? watchdog.signal.reason : error;
    throw translateModelError(info.provider, reason, clock.now());
  } finally {
    watchdog.stop();
    if (!told) tell(ownUsage(await answer.count()));
  }
}

function callOf({ info, request }: CallOptions, abortSignal: AbortSignal): LanguageModelV4CallOptions {
  return {
    prompt: buildPrompt(request.messages, info.abilities),
    maxOutputTokens: limitOf(info, request),
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    // OpenAI would otherwise keep what people wrote for 30 days.
    providerOptions: { openai: { store: false } },
    // Every event of the provider is a sign of life, also those that carry nothing for us.
    includeRawChunks: true,
    abortSignal,
  };
}

const NOTHING_USED: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};

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
