import { formatMicros, microsOfUsd } from '../../kernel/money.ts';
import { UserError } from '../../kernel/errors.ts';
import { nameMeant } from '../../kernel/long-names.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { ModelInfo, Priced, Translate } from '../../sdk/index.ts';
import type { MoneyContext } from './money.ts';
import type { WrittenPrice } from './rules.ts';
import { quoted } from './rules.ts';
import { beside } from './views/figures.ts';

/** A thing with a price: a chat model, or a picture prefix or model. */
interface PricedThing {
  name: string;
  /** The price with its source, for people. */
  shown(t: Translate): string;
  /** The price for the audit. */
  recorded(): JsonObject;
  /** Undefined resets the price. Throws a UserError for a price of the wrong kind. */
  set(price: WrittenPrice | undefined): Promise<void>;
}

/** A name that isn't a chat model is for pictures: any prefix may be priced before it is used. */
export function findPriced(context: MoneyContext, name: string): PricedThing {
  const meant = nameMeant(pricedNames(context), name) ?? name;
  const model = context.models.find(meant);
  return model ? talking(context, model) : picturing(context, meant);
}

function talking({ money: { prices } }: MoneyContext, model: ModelInfo): PricedThing {
  return {
    name: model.id,
    shown: (t) => modelPriceText(prices.ofModel(model), t),
    recorded: () => recordedPrices(prices.ofModel(model)),
    set: async (price) => {
      if (price && 'one' in price) throw new UserError('set-price.needs-both', 'two prices', { name: model.id });
      await prices.setModel(model.id, price && { inputPerMillion: price.input, outputPerMillion: price.output });
    },
  };
}

function recordedPrices(priced: Priced | undefined): JsonObject {
  const { inputPerMillion = null, outputPerMillion = null } = priced?.prices ?? {};
  return { inputPerMillion, outputPerMillion, source: priced?.source ?? null };
}

function modelPriceText(priced: Priced | undefined, t: Translate): string {
  if (!priced) return t('set-price.unknown');
  const { inputPerMillion, outputPerMillion, cachedInputPerMillion } = priced.prices;
  const dollars = (usd: number) => formatMicros(microsOfUsd(usd));
  const figures = { input: dollars(inputPerMillion), output: dollars(outputPerMillion) };
  const text =
    cachedInputPerMillion === undefined
      ? t('set-price.model', figures)
      : t('set-price.model-cached', { ...figures, cached: dollars(cachedInputPerMillion) });
  return beside(`**${text}**`, t(`set-price.source.${priced.source}`));
}

function picturing({ money: { prices } }: MoneyContext, name: string): PricedThing {
  const current = () => prices.ofImage({ prefix: name, modelId: name });
  return {
    name,
    shown: (t) => {
      const { micros, source } = current();
      const [kind = 'default'] = source.split(' ');
      return beside(`**${t('set-price.image', { price: formatMicros(micros) })}**`, t(`set-price.source.${kind}`));
    },
    recorded: () => ({ microsPerImage: current().micros, source: current().source }),
    set: async (price) => {
      if (price && 'input' in price) {
        throw new UserError('set-price.no-such-model', 'no such model', { name: quoted(name) });
      }
      await prices.setImage(name, price?.one);
    },
  };
}

/** Known names that can have a price. */
export function pricedNames({ models, money }: MoneyContext): string[] {
  const { models: setModels, images } = money.prices.overrides();
  const talk = models.list().filter(({ demo }) => !demo);
  return [...new Set([...talk.map(({ id }) => id), ...Object.keys(setModels), ...Object.keys(images)])];
}
