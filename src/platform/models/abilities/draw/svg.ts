/** Chat models that draw by writing an SVG document, which is then rasterised here. */
import type { Clock } from '../../../../kernel/clock.ts';
import { VendorError } from '../../../../kernel/errors.ts';
import { systemMessage, userMessage } from '../../messages.ts';
import type { ModelMessage } from '../../messages.ts';
import type { ChatEvent, ChatRequest, ModelInfo, Usage } from '../../port.ts';
import type { AbilityCall, AbilityModel, DrawAbilities, Drawing, DrawEvent, DrawnImage, DrawWork } from '../port.ts';
import { deadlineOf } from './deadline.ts';
import type { Painter } from './demo.ts';
import { fullPrompt, pixelsOf } from './work.ts';

/** Good drawings take a third of it; models that think need the rest. */
const MOST_OUTPUT_TOKENS = 12_000;
/** Above what is rasterised, with words around it. */
const MOST_CHARACTERS = 200_000;
const MOST_PROMPT_CHARACTERS = 4000;

const draws: DrawAbilities = {
  modes: ['generate'],
  sizes: ['1024x1024', '1536x1024', '1024x1536'],
  aspects: ['1:1', '16:9', '9:16', '4:3', '3:4', '3:2', '2:3', '21:9'],
  ...{ mostImages: 1, mostInputs: 0, promptCharacters: MOST_PROMPT_CHARACTERS, previews: 0 },
  ...{ seed: false, negativePrompt: false, strength: false, styles: [] },
};

const INSTRUCTIONS = `You are an illustrator who draws by writing SVG.
Answer with one complete SVG document and nothing else. It begins with <svg and has a viewBox.
Paint the whole canvas: a background first, then the subject large, with depth, light and shade by gradients and layers of shapes.
Use only these elements: g, defs, symbol, use, path, rect, circle, ellipse, line, polyline, polygon, text, tspan, linearGradient,
radialGradient, stop, clipPath, mask. Refer to elements by #id only. Give opacity to shapes rather than to groups. Style by attributes, without <style>, classes, filters, patterns,
images, scripts and animations. Keep it below 60,000 characters.`;

/** A model as one that draws. */
export function svgModel(writer: ModelInfo, longestMs: number): AbilityModel {
  const { id, provider, paid } = writer;
  const priced = { paid, prices: null, priceSource: paid ? null : ('free' as const) };
  return { id, provider, ability: 'draw', ...priced, longestMs, demo: false, draws, writer };
}

/** What the chat model is told. */
export function svgMessages(work: DrawWork): ModelMessage[] {
  const { width, height } = pixelsOf(work) ?? {};
  const shape = width && height ? `\n\nUse viewBox="0 0 ${width} ${height}".` : '';
  return [systemMessage(INSTRUCTIONS), userMessage(`${fullPrompt(work)}${shape}`)];
}

/** The longest answer that is asked for, in tokens, after a prompt of so many. */
export function svgOutputTokens({ contextTokens, maxOutputTokens }: ModelInfo, inputTokens: number): number {
  return Math.max(1, Math.min(MOST_OUTPUT_TOKENS, maxOutputTokens, contextTokens - inputTokens));
}

export interface SvgOptions {
  painter: Pick<Painter, 'rasterise'>;
  chat: (request: ChatRequest) => AsyncIterable<ChatEvent>;
  clock: Clock;
  closing: AbortSignal;
}

type SvgCall = AbilityCall & DrawWork;

/**
 * Throws what the chat model throws, `model/timeout`, and `media/busy`; rethrows the signal's reason when that is aborted. What
 * can't be shown of an answer is an outcome, since the answer is paid for.
 */
export async function* drawSvg(
  { painter, chat, clock, closing }: SvgOptions,
  writer: ModelInfo,
  call: SvgCall,
): AsyncGenerator<DrawEvent, void> {
  const { model, onUsage } = call;
  const { signal, end } = deadlineOf(call, { clock, closing });
  const uses: Usage[] = [];
  let images: DrawnImage[] = [];
  let outcome: Drawing['outcome'];
  try {
    const answer = await readAnswer(chat, writer, { call, signal, onUsage: (usage) => uses.push(usage) });
    ({ images, outcome } = await drawingOf(painter, answer, { call, signal }));
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    end();
    if (uses.length === 0) onUsage?.({ estimated: false }, model);
    for (const [index, { estimated, ...text }] of uses.entries()) {
      const count = index === uses.length - 1 ? images.length : 0;
      onUsage?.({ text, ...(count > 0 && { images: { count } }), estimated }, model);
    }
  }
  yield { type: 'finish', outcome, images, modelId: model.id };
}

interface Answer {
  text: string;
  isRefused: boolean;
}

async function readAnswer(
  chat: SvgOptions['chat'],
  writer: ModelInfo,
  { call, signal, onUsage }: { call: SvgCall; signal: AbortSignal; onUsage: (usage: Usage) => void },
): Promise<Answer> {
  const events = chat({
    ...{ modelId: writer.id, messages: svgMessages(call), signal, onUsage },
    maxOutputTokens: call.most.text?.outputTokens ?? 1,
    // Another model has another price.
    allowed: ({ id }) => id === writer.id,
  });
  const answer: Answer = { text: '', isRefused: false };
  for await (const event of events) {
    if (event.type === 'reset') answer.text = '';
    else if (event.type === 'text') answer.text += event.text;
    else if (event.type === 'finish') answer.isRefused = event.reason === 'refused';
    if (answer.text.length > MOST_CHARACTERS) break;
  }
  return answer;
}

/** Refusals of the rasteriser for what the document is. */
const unusable: readonly string[] = [
  ...['media/svg-forbidden', 'media/svg-too-much', 'media/svg-broken', 'media/unreadable', 'media/too-large'],
];

async function drawingOf(
  painter: SvgOptions['painter'],
  { text, isRefused }: Answer,
  { call, signal }: { call: SvgCall; signal: AbortSignal },
): Promise<Omit<Drawing, 'modelId'>> {
  const begin = text.search(/<svg[\s>]/);
  // It says in words that it doesn't draw this.
  if (isRefused || begin < 0) return { outcome: 'refused', images: [] };
  const end = text.indexOf('</svg>', begin);
  if (end < 0) return { outcome: 'unusable', images: [] };
  const svg = text.slice(begin, end + '</svg>'.length);
  const canvas = pixelsOf(call);
  try {
    const { bytes, contentType, width, height } = await painter.rasterise({ svg, ...(canvas && { canvas }) }, signal);
    return { outcome: 'done', images: [{ bytes, contentType, width, height }] };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof VendorError && unusable.includes(error.code)) return { outcome: 'unusable', images: [] };
    throw error;
  }
}
