/** Paid calls of models that hold no conversation: see `port.ts` for what it promises. */
import { UserError } from '../../kernel/errors.ts';
import { abilityPriceLine } from '../../platform/models/index.ts';
import type {
  Abilities,
  Ability,
  AbilityCall,
  AbilityModel,
  AbilityResults,
  AbilityUsage,
  AbilityWork,
  DrawEvent,
  Drawing,
  ModelInfo,
  Models,
} from '../../platform/models/index.ts';
import type { Amounts } from '../ledger/index.ts';
import type { Prices } from '../prices/index.ts';
import type { Spending, WorkUse } from '../spending/index.ts';
import { measures } from './measure.ts';
import type { AbilityRequest, Keep, Quote, QuotedWork, ReservedCall, ReservedDrawing } from './port.ts';

export interface AbilityOptions {
  models: Models;
  prices: Prices;
  spending: Spending;
}

type Runs = {
  [A in Ability]: (abilities: Abilities, call: AbilityCall & AbilityWork[A]) => Promise<AbilityResults[A]>;
};

const runs: Runs = {
  embed: (abilities, call) => abilities.embed(call),
  transcribe: (abilities, call) => abilities.transcribe(call),
  speak: (abilities, call) => abilities.speak(call),
  moderate: (abilities, call) => abilities.moderate(call),
  draw: async (abilities, call) => {
    for await (const event of abilities.draw(call)) if (event.type === 'finish') return drawingOf(event);
    throw new Error('a drawing ended without a result');
  },
};

const drawingOf = ({ outcome, images, modelId }: Drawing): Drawing => ({ outcome, images, modelId });

type Measured = Quote & { most: AbilityUsage };

export async function quote<A extends Ability>(
  { models, prices }: Pick<AbilityOptions, 'models' | 'prices'>,
  ability: A,
  work: QuotedWork<A>,
): Promise<Measured> {
  const model = work.model ?? models.abilities.defaultOf(ability);
  if (!model) throw new UserError(`paid.no-model.${ability}`, `no provider can ${ability}`, { ability });
  const most = await measures[ability](work, model, models.abilities);
  const amounts = model.writer
    ? worstOfWriter(prices, model.writer, most)
    : amountsOf(prices, model, most, work.pricedAs);
  return { model, most, amounts };
}

function worstOfWriter(prices: Prices, writer: ModelInfo, { text, images }: AbilityUsage): Amounts | undefined {
  const priced = prices.ofModel(writer);
  if (!priced || !text) return undefined;
  const { inputTokens, outputTokens } = text;
  const micros = prices.worst(priced.prices, inputTokens, outputTokens);
  return { micros, tokens: inputTokens + outputTokens, images: images?.count ?? 0 };
}

/**
 * What is built in costs nothing unless it is priced; images count wherever they are from. Undefined for an unknown price.
 */
function amountsOf(prices: Prices, model: AbilityModel, usage: AbilityUsage, prefix?: string): Amounts | undefined {
  const { text } = usage;
  const tokens = text ? { tokens: text.inputTokens + text.outputTokens } : {};
  const images = model.ability === 'draw' ? { ...tokens, images: usage.images?.count ?? 0 } : {};
  // Servers of one's own cost nothing, whatever leads to them; what a chat model writes is charged by its tokens.
  const micros =
    prefix === undefined || !model.paid || model.writer
      ? prices.ofUse(model, usage)
      : priceOfPrefix(prices, model, usage, prefix);
  if (model.demo && !model.paid && !micros) return images;
  return micros === undefined ? undefined : { micros, ...images };
}

function priceOfPrefix(prices: Prices, { id }: AbilityModel, { images }: AbilityUsage, prefix: string): number {
  const { count = 0, ...look } = images ?? {};
  return prices.ofImage({ prefix, modelId: id, ...look }).micros * count;
}

/** A reservation with the call that it is for. */
interface Begun<A extends Ability> extends Omit<ReservedCall<A>, 'run'> {
  call: AbilityCall & AbilityWork[A];
}

async function begin<A extends Ability>(
  options: AbilityOptions,
  ability: A,
  request: AbilityRequest<A>,
): Promise<Begun<A>> {
  const { prices, spending } = options;
  const { model, most, amounts } = await quote(options, ability, request);
  const { signal } = request;
  const { timeoutMs } = request as { timeoutMs?: number };
  const held = await spending.hold({
    ...request,
    ...{
      model,
      worstCase: amounts,
      priceLine: abilityPriceLine(model),
      lastsMs: 2 * Math.max(model.longestMs, timeoutMs ?? 0),
    },
  });
  const uses: WorkUse[] = [];
  const worstCase = amounts ?? {};
  const onUsage = (usage: AbilityUsage): void => {
    uses.push({
      amounts: amountsOf(prices, model, usage, request.pricedAs) ?? worstCase,
      facts: factsOf(model, usage),
    });
  };
  return {
    model,
    worstCase,
    uses,
    call: { ...request, model, most, signal, onUsage },
    settle: () => held.settle(uses),
    fail: () => held.fail(uses),
    waive: () => held.waive(uses),
  };
}

export async function reserve<A extends Ability>(
  options: AbilityOptions,
  ability: A,
  request: AbilityRequest<A>,
): Promise<ReservedCall<A>> {
  const { call, ...reserved } = await begin(options, ability, request);
  return { ...reserved, run: () => runs[ability](options.models.abilities, call) };
}

export async function reserveDrawing(
  options: AbilityOptions,
  request: AbilityRequest<'draw'>,
): Promise<ReservedDrawing> {
  const { call, ...reserved } = await begin(options, 'draw', request);
  return { ...reserved, events: (): AsyncIterable<DrawEvent> => options.models.abilities.draw(call) };
}

function factsOf({ id, ability }: AbilityModel, { images, text, ...usage }: AbilityUsage): WorkUse['facts'] {
  return { model: id, ability, ...usage, ...(images && { images: { ...images } }), ...(text && { text: { ...text } }) };
}

/** A whole call: charged once `keep` has stored the result. */
export async function runWhole<A extends Ability>(
  options: AbilityOptions,
  ability: A,
  request: AbilityRequest<A>,
  keep: Keep<AbilityResults[A]>,
): Promise<boolean> {
  const call = await reserve(options, ability, request);
  let kept = false;
  try {
    kept = await keep(await call.run());
  } finally {
    if (!kept) await call.fail();
  }
  if (kept) await call.settle();
  return kept;
}
