import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4FinishReason } from '@ai-sdk/provider';
import type { Clock } from '../../kernel/clock.ts';
import type { VendorError } from '../../kernel/errors.ts';
import { Answer, limitOf } from './answer.ts';
import { modelError, reportIn, translateModelError, wasTurnedAway } from './errors.ts';
import type { ChatEvent, ChatRequest, FinishReason, ModelInfo, Usage } from './port.ts';
import { buildPrompt } from './prompt.ts';
import type { Counter } from './prompt-size.ts';
import { functionTools } from './tool-calls.ts';
import { refusesTools } from './tool-refusal.ts';
import { ownUsage, readUsage } from './usage.ts';
import type { OwnCount } from './usage.ts';
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
        const usage = tell(ownUsage(await answer.count()));
        yield { type: 'finish', reason: 'length', usage, message: answer.message([]) };
        return;
      }
      if (part.type === 'finish') {
        yield* answer.end();
        const reason = finishReason(part.finishReason, answer.calls.length > 0);
        const usage = tell(readUsage(part.usage, await counted(answer, reason)));
        // Of an answer that was cut, calls may be cut as well.
        const calls = reason === 'tool-calls' ? answer.calls : [];
        yield* calls;
        yield { type: 'finish', reason, usage, message: answer.message(calls) };
        return;
      }
    }
    throw modelError('model/broke-off', `${info.provider}: the answer broke off`, { retryable: true });
  } catch (error) {
    if (answer.isEmpty && wasTurnedAway(error)) tell(NOTHING_USED);
    request.signal.throwIfAborted();
    const reason: unknown = watchdog.signal.aborted ? watchdog.signal.reason : error;
    const { provider } = info;
    const report = request.tools?.length ? reportIn(reason) : undefined;
    if (report && refusesTools(report)) throw noTools(provider);
    throw translateModelError(provider, reason, clock.now());
  } finally {
    watchdog.stop();
    if (!told) tell(ownUsage(await answer.count()));
  }
}

/** Our own count. What was refused before a word was said made no hidden thoughts either. */
async function counted(answer: Answer, reason: FinishReason): Promise<OwnCount> {
  const own = await answer.count();
  return reason === 'refused' && answer.isEmpty ? { ...own, outputTokens: 0, reasoningTokens: 0 } : own;
}

/** The model, or the server as it was started, can't use tools. */
export function noTools(provider: string): VendorError {
  return modelError('model/no-tools', `${provider}: this model can't use tools`, {
    retryable: false,
    turnedAway: true,
  });
}

function callOf({ model, info, request }: CallOptions, abortSignal: AbortSignal): LanguageModelV4CallOptions {
  const { tools = [], toolChoice = { type: 'auto' } } = request;
  const isOpenAi = model.provider === 'openai.responses';
  const filesInResults = isOpenAi || model.provider === 'anthropic.messages';
  return {
    prompt: buildPrompt(request.messages, { vision: info.abilities.vision, tools: tools.length > 0, filesInResults }),
    ...(tools.length > 0 && { tools: functionTools(tools, isOpenAi ? false : undefined), toolChoice }),
    maxOutputTokens: limitOf(info, request),
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    providerOptions: {
      // OpenAI would otherwise keep what people wrote for 30 days.
      openai: { store: false },
      // Models of Google that can't think refuse to be asked for it.
      ...(info.abilities.reasoning && { google: { thinkingConfig: { includeThoughts: true } } }),
    },
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

/** Some servers end with `stop` where the model waits for results, and the other way round. */
function finishReason({ unified }: LanguageModelV4FinishReason, hasCalls: boolean): FinishReason {
  if (hasCalls && (unified === 'stop' || unified === 'tool-calls' || unified === 'other')) return 'tool-calls';
  if (unified === 'stop' || unified === 'length') return unified;
  return unified === 'content-filter' ? 'refused' : 'other';
}
