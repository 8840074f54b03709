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

/** Throws a UserError for a name that is no chat model, no model that draws and no prefix of images. */
export function findPriced(context: MoneyContext, name: string): PricedThing {
  const known = pricedNames(context);
  const meant = nameMeant(known, name) ?? name;
  const model = context.models.find(meant);
  if (model) return talking(context, model);
  const painter = context.models.abilities.find('draw', meant);
  if (!painter && !known.includes(meant)) {
    throw new UserError('set-price.unknown-name', 'nothing of that name', { name: quoted(name) });
  }
  return picturing(context, painter?.id ?? meant);
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
export function pricedNames(context: MoneyContext): string[] {
  const { models, money } = context;
  const { models: setModels, images } = money.prices.overrides();
  const own = [...models.list(), ...models.abilities.list('draw')].filter(({ demo }) => !demo);
  const set = [...Object.keys(setModels), ...Object.keys(images)];
  return [...new Set([...own.map(({ id }) => id), ...set, ...imagePrefixes(context)])];
}

/** The prefixes that draw, as the settings of images name them. */
function imagePrefixes(context: MoneyContext): string[] {
  const config = context.configs().find(({ feature }) => feature === 'images');
  const prefixes = config?.fields.some(({ key }) => key === 'prefixes') ? config.valueIn('', 'prefixes').value : null;
  return prefixes !== null && typeof prefixes === 'object' ? Object.keys(prefixes) : [];
}
