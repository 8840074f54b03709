import type { Clock } from '../../../kernel/clock.ts';
import type { Random } from '../../../kernel/random.ts';
import { AssistantMessage } from '../assistant-message.ts';
import type { ChatEvent, ChatRequest, ModelInfo, Usage } from '../port.ts';
import { promptTexts } from '../prompt.ts';
import { readConversation, readCut } from './conversation.ts';
import { errand } from './errands.ts';
import { extractOf } from './messages-given.ts';
import { replyTo } from './replies.ts';
import { texts } from './texts.ts';
import { readThoughts } from './thoughts.ts';
import { callFor, resultsIn } from './tools.ts';

/** The model that answers when there is none: canned replies, made in this process, without any network. */
export const DEMO_MODEL: ModelInfo = {
  id: 'demo/familiar',
  provider: 'demo',
  contextTokens: 32_768,
  maxOutputTokens: 2048,
  abilities: { vision: false, tools: true, reasoning: false },
  paid: false,
  prices: { inputPerMillion: 0, outputPerMillion: 0 },
  demo: true,
};

/** Between words, so that an answer grows at about 30 words a second, as a quick model's does. */
const WORD_DELAY_MS = { least: 20, most: 45 };

/** Streams a reply word by word. The same messages at the same time give the same words; chance only varies the pace. */
export async function* streamDemo(
  request: ChatRequest,
  { clock, random, model = DEMO_MODEL }: { clock: Clock; random: Random; model?: ModelInfo },
): AsyncGenerator<ChatEvent> {
  request.signal.throwIfAborted();
  const { asked, written } = readCut(request.messages);
  const { thoughts, conversation } = readThoughts(readConversation(asked));
  const task = errand(asked);
  const call = task === undefined ? callFor(conversation.question.text, request, conversation.hasPicture) : undefined;
  const answer = (): string =>
    `${resultsIn(asked) ?? extractOf(asked) ?? replyTo(conversation, clock.now())}\n${texts.label}`;
  const whole = task ?? (call ? texts.calling(call.name) : answer());
  const pieces = [
    ...(written === '' ? wordsOf(thoughts, 'reasoning') : []),
    ...wordsOf(restOf(whole, written), 'text'),
  ];
  const said = { reasoning: '', text: '', input: '' };
  let isCut = false;
  const usage = (): Usage => ({
    inputTokens: roughTokens(promptTexts(request.messages).join('\n')),
    outputTokens: roughTokens(said.reasoning + said.text + said.input),
    cachedInputTokens: 0,
    reasoningTokens: roughTokens(said.reasoning),
    estimated: true,
  });
  try {
    yield { type: 'start', modelId: model.id };
    for (const [index, piece] of pieces.entries()) {
      isCut = roughTokens(said.reasoning + said.text + piece.text) > request.maxOutputTokens;
      if (isCut) break;
      const spread = WORD_DELAY_MS.most - WORD_DELAY_MS.least;
      if (index > 0) await clock.sleep(WORD_DELAY_MS.least + random.next() * spread, request.signal);
      said[piece.type] += piece.text;
      yield piece;
    }
    if (call && !isCut) {
      said.input = call.input;
      yield call;
    }
  } finally {
    request.onUsage?.(usage(), model);
  }
  const message = new AssistantMessage();
  message.said(said.text);
  const calls = call && !isCut ? [call] : [];
  for (const { id } of calls) message.called(id);
  const reason = isCut ? 'length' : call ? 'tool-calls' : 'stop';
  yield { type: 'finish', reason, usage: usage(), message: message.build(calls) };
}

/** Its replies are English, which takes about a token for four characters. */
const roughTokens = (text: string): number => Math.ceil(text.length / 3);

/** A stream's events, one a word. */
const wordsOf = <Type extends 'text' | 'reasoning'>(text: string, type: Type) =>
  text
    .trimEnd()
    .split(/(?<=\S)(?=\s)/)
    .filter((word) => word !== '')
    .map((word) => ({ type, text: word }));

/** What follows in a reply after the part of it that was written. */
function restOf(whole: string, written: string): string {
  const at = whole.indexOf(written);
  const rest = at < 0 ? '' : whole.slice(at + written.length);
  return rest.trim() === '' ? texts.saidAll : rest;
}
