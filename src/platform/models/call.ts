import type {
  LanguageModelV4,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import type { Clock } from '../../kernel/clock.ts';
import { modelError, translateModelError, wasTurnedAway } from './errors.ts';
import type { ChatEvent, ChatRequest, FinishReason, ModelInfo, Models, Usage } from './port.ts';
import { buildPrompt, promptTokens } from './prompt.ts';
import { ThinkTags } from './think-tags.ts';
import type { Said } from './think-tags.ts';
import { Watchdog } from './watchdog.ts';
import type { Timeouts } from './watchdog.ts';

interface CallOptions {
  model: LanguageModelV4;
  info: ModelInfo;
  request: ChatRequest;
  timeouts: Timeouts;
  /** Its thoughts may come in `<think>` tags within the text. */
  thinkTags?: boolean;
  clock: Clock;
  countTokens: Models['countTokens'];
}

type CallEvent = Exclude<ChatEvent, { type: 'start' }>;

/**
 * One call of one model with one key. Talks to the AI SDK's provider layer directly: `streamText` above it would
 * retry, log and remember, all of which has its place elsewhere here. Throws a VendorError, or the reason of the
 * request's signal as soon as that is aborted. Tells the request's `onUsage` once, unless the signal was aborted before.
 */
export async function* callModel(options: CallOptions): AsyncGenerator<CallEvent> {
  const { model, info, request, clock } = options;
  request.signal.throwIfAborted();
  const prompt = buildPrompt(request.messages, info.abilities);
  const watchdog = new Watchdog({ clock, timeouts: options.timeouts, caller: request.signal, provider: info.provider });
  const said = { text: '', reasoning: '' };
  const tags = options.thinkTags ? new ThinkTags() : undefined;
  let told = false;
  const tell = (usage: Usage): Usage => {
    if (!told) request.onUsage?.(usage, info);
    told = true;
    return usage;
  };
  try {
    const { stream } = await watchdog.wait(
      model.doStream({
        prompt,
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
      for (const event of saidIn(part, said, tags)) {
        said[event.type] += event.text;
        yield event;
      }
      if (part.type === 'error') throw part.error;
      if (part.type === 'finish') {
        const usage = tell(readUsage(part.usage) ?? (await estimateUsage(options, said)));
        yield { type: 'finish', reason: finishReason(part.finishReason), usage };
        return;
      }
    }
    throw modelError('model/unreachable', `${info.provider}: the answer broke off`, { retryable: true });
  } catch (error) {
    if (said.text + said.reasoning === '' && wasTurnedAway(error)) tell(NOTHING_USED);
    request.signal.throwIfAborted();
    const reason: unknown = watchdog.signal.aborted ? watchdog.signal.reason : error;
    throw translateModelError(info.provider, reason, clock.now());
  } finally {
    watchdog.stop();
    if (!told) tell(await estimateUsage(options, said));
  }
}

function saidIn(part: LanguageModelV4StreamPart, before: { reasoning: string }, tags: ThinkTags | undefined): Said[] {
  if (part.type === 'text-delta' && part.delta !== '')
    return tags?.take(part.delta) ?? [{ type: 'text', text: part.delta }];
  if (part.type === 'reasoning-delta' && part.delta !== '') return [{ type: 'reasoning', text: part.delta }];
  // A paragraph of its own for each thought. Some providers tell that their model thinks, and keep to themselves what.
  if (part.type === 'reasoning-start') return [{ type: 'reasoning', text: before.reasoning === '' ? '' : '\n\n' }];
  return part.type === 'finish' ? (tags?.end() ?? []) : [];
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

/** Undefined when the provider does not report how much it was, or reports what cannot be. */
function readUsage({ inputTokens, outputTokens }: LanguageModelV4Usage): Usage | undefined {
  const { total: input } = inputTokens;
  const { total: output } = outputTokens;
  if (input === undefined || output === undefined || !isCount(input) || !isCount(output)) return undefined;
  // All zeroes is how some servers spell "not counted".
  if (input + output === 0) return undefined;
  const cachedInputTokens = partOf(input, inputTokens.cacheRead);
  const cacheWriteTokens = partOf(input - cachedInputTokens, inputTokens.cacheWrite);
  return {
    inputTokens: input,
    outputTokens: output,
    cachedInputTokens,
    ...(cacheWriteTokens > 0 && { cacheWriteTokens }),
    reasoningTokens: partOf(output, outputTokens.reasoning),
    estimated: false,
  };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function partOf(whole: number, part = 0): number {
  return isCount(part) ? Math.min(part, whole) : 0;
}

async function estimateUsage(
  { request, info, countTokens }: CallOptions,
  said: { text: string; reasoning: string },
): Promise<Usage> {
  const [inputTokens, textTokens, reasoningTokens] = await Promise.all([
    promptTokens(request.messages, info, countTokens),
    countTokens(info.id, said.text),
    countTokens(info.id, said.reasoning),
  ]);
  return {
    inputTokens,
    outputTokens: textTokens + reasoningTokens,
    cachedInputTokens: 0,
    reasoningTokens,
    estimated: true,
  };
}
