import type { Clock } from '../../../kernel/clock.ts';
import type { Random } from '../../../kernel/random.ts';
import type { ChatEvent, ChatRequest, ModelInfo } from '../port.ts';
import { promptText } from '../prompt.ts';
import { estimateTokens } from '../tokens.ts';
import { readConversation } from './conversation.ts';
import { replyTo } from './replies.ts';
import { texts } from './texts.ts';

/** The model that answers when there is none: canned replies, made in this process, without any network. */
export const DEMO_MODEL: ModelInfo = {
  id: 'demo/familiar',
  provider: 'demo',
  contextTokens: 32_768,
  maxOutputTokens: 2048,
  abilities: { vision: false, tools: false, reasoning: false },
  prices: { inputPerMillion: 0, outputPerMillion: 0 },
  demo: true,
};

/** Between words, so that an answer grows at about 30 words a second, as a quick model's does. */
const WORD_DELAY_MS = { least: 20, most: 45 };

/** Streams a reply word by word. The same messages at the same time give the same words; chance only varies the pace. */
export async function* streamDemo(
  request: ChatRequest,
  { clock, random }: { clock: Clock; random: Random },
): AsyncGenerator<ChatEvent> {
  request.signal.throwIfAborted();
  const reply = replyTo(readConversation(request.messages), clock.now());
  const words = `${reply}\n${texts.label}`.match(/\s*\S+/g) ?? [];
  const sent = words.slice(0, request.maxOutputTokens);
  yield { type: 'start', modelId: DEMO_MODEL.id };
  for (const [index, word] of sent.entries()) {
    const spread = WORD_DELAY_MS.most - WORD_DELAY_MS.least;
    if (index > 0) await clock.sleep(WORD_DELAY_MS.least + random.next() * spread, request.signal);
    yield { type: 'text', text: word };
  }
  yield {
    type: 'finish',
    reason: sent.length < words.length ? 'length' : 'stop',
    usage: {
      inputTokens: estimateTokens(promptText(request.messages)),
      outputTokens: estimateTokens(sent.join('')),
      cachedInputTokens: 0,
      reasoningTokens: 0,
      estimated: true,
    },
  };
}
