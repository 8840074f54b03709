/** Paid calls of models: see `port.ts` for what it promises. */
import { VendorError } from '../../kernel/errors.ts';
import type { ChatEvent } from '../../platform/models/index.ts';
import type { Use } from '../spending/index.ts';
import { quote, reserve, reserveDrawing, runWhole } from './abilities.ts';
import type { AbilityOptions } from './abilities.ts';
import type { GeneratedText, Generation, GenerationRequest, Generations } from './port.ts';

export type * from './port.ts';
export { worksWithoutWords } from './check-drawing.ts';

export function createGenerations(options: AbilityOptions): Generations {
  return {
    start: (request) => start(options, request),
    text: (request, keep) => generateText(options, request, keep),
    quote: async (ability, work) => {
      const { model, amounts } = await quote(options, ability, work);
      return { model, amounts };
    },
    reserve: (ability, request) => reserve(options, ability, request),
    reserveDrawing: (request) => reserveDrawing(options, request),
    embed: (request, keep) => runWhole(options, 'embed', request, keep),
    transcribe: (request, keep) => runWhole(options, 'transcribe', request, keep),
    speak: (request, keep) => runWhole(options, 'speak', request, keep),
    draw: (request, keep) => runWhole(options, 'draw', request, keep),
    moderate: (request, keep) => runWhole(options, 'moderate', request, keep),
  };
}

async function start({ models, spending }: AbilityOptions, request: GenerationRequest): Promise<Generation> {
  const { models: candidates, messages, tools, toolChoice, temperature, ...call } = request;
  const inputTokens = await models.maxInputTokens(messages, candidates, tools);
  const paid = await spending.call({ ...call, candidates, inputTokens });
  const uses: Use[] = [];
  const modelId = (candidates.find((model) => paid.mayUse(model)) ?? candidates[0])?.id ?? '';
  return {
    outputTokens: paid.outputTokens,
    uses,
    events: () =>
      models.stream({
        modelId,
        messages,
        ...(tools && tools.length > 0 && { tools, ...(toolChoice && { toolChoice }) }),
        maxOutputTokens: paid.outputTokens,
        ...(temperature === undefined ? {} : { temperature }),
        allowed: (candidate) => paid.mayUse(candidate),
        onUsage: (usage, model) => uses.push({ model, usage }),
        signal: request.signal,
      }),
    settle: () => paid.settle(uses),
    fail: () => paid.fail(uses),
    waive: () => paid.waive(uses),
  };
}

async function generateText(
  options: AbilityOptions,
  request: GenerationRequest,
  keep: (result: GeneratedText) => Promise<boolean>,
): Promise<boolean> {
  const generation = await start(options, request);
  let kept = false;
  try {
    kept = await keep(await collect(generation.events()));
  } finally {
    if (!kept) await generation.fail();
  }
  if (kept) await generation.settle();
  return kept;
}

/** What a model says aloud, without its thoughts. */
async function collect(events: AsyncIterable<ChatEvent>): Promise<GeneratedText> {
  let text = '';
  let modelId = '';
  for await (const event of events) {
    if (event.type === 'start') modelId = event.modelId;
    else if (event.type === 'reset') text = '';
    else if (event.type === 'text') text += event.text;
  }
  if (text.trim() === '') throw new VendorError('model/empty', 'The model gave no text.', { retryable: false });
  return { text: text.trim(), modelId };
}
