/** What things cost: published prices, those of the settings, and those set by command, which win until they are unset. */
import { z } from 'zod';
import { UserError } from '../../kernel/errors.ts';
import type { Json } from '../../kernel/json.ts';
import { microsOfUsd } from '../../kernel/money.ts';
import type { Config } from '../../platform/config/index.ts';
import { imagePriceUsd } from '../../platform/models/index.ts';
import type { AbilityModel, AbilityUsage, ModelInfo, ModelPrices } from '../../platform/models/index.ts';
import type { SettingsService } from '../settings/index.ts';
import type { PricedImage, Prices } from './port.ts';
import { affordableOutput, costOf, costOfUse, worstCost } from './rules.ts';

export type * from './port.ts';

const service = 'prices';
/** What the settings file allows too. Above lies a slip of the pen. */
const most = { perMillion: 10_000, perImage: 100 };

const perMillion = z.number().min(0).max(most.perMillion);
const modelPrices = z.strictObject({
  inputPerMillion: perMillion,
  outputPerMillion: perMillion,
  cachedInputPerMillion: perMillion.optional(),
  cacheWritePerMillion: perMillion.optional(),
  reasoningPerMillion: perMillion.optional(),
});
const perImage = z.number().min(0).max(most.perImage);

interface PricesOptions {
  config: Config['prices'];
  /** Their own models may be priced too. */
  providers?: Config['providers'];
  settings: Pick<SettingsService, 'peek' | 'set'>;
}

export function createPrices({ config, providers = {}, settings }: PricesOptions): Prices {
  const inSettings = pricedInSettings(config, providers);
  const stored = (): Record<string, Json> => settings.peek(service, 'instance', '') ?? {};
  const set = (key: string, value: Json | undefined) => settings.set(service, 'instance', '', key, value);
  const ofModel: Prices['ofModel'] = (model) => {
    const byCommand = stored()[modelKey(model.id)];
    if (byCommand !== undefined) return { prices: modelPrices.parse(byCommand), source: 'command' };
    if (model.prices === null) return undefined;
    if (!model.paid) return { prices: model.prices, source: 'free' };
    return { prices: model.prices, source: inSettings.has(model.id) ? 'settings' : 'catalogue' };
  };
  const ofWriter = (writer: ModelInfo, { text }: AbilityUsage): number | undefined => {
    if (!text) return 0;
    const priced = ofModel(writer);
    return priced && costOf(priced.prices, text);
  };
  return {
    ofModel,
    cost: costOf,
    worst: worstCost,
    affordableOutput,
    ofImage: (image) => {
      const { usd, source } = imagePrice(config.images, stored(), image);
      return { micros: microsOfUsd(usd), source };
    },
    ofUse: (model, usage) =>
      model.writer
        ? ofWriter(model.writer, usage)
        : model.ability === 'draw'
          ? imagesCost(config.images, stored(), model, usage)
          : costOfUse(model, usage),
    ofTool: (name) => microsOfUsd(config.tools[name] ?? 0),
    setModel: async (modelId, prices) =>
      set(modelKey(modelId), prices && checked(modelPrices, prices, most.perMillion)),
    setImage: async (name, usd) =>
      set(imageKey(name), usd === undefined ? undefined : checked(perImage, usd, most.perImage)),
    overrides: () => {
      const all = Object.entries(stored());
      const below = (prefix: string) =>
        all.filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]);
      return {
        models: Object.fromEntries(below(modelKey(''))) as Record<string, ModelPrices>,
        images: Object.fromEntries(below(imageKey(''))) as Record<string, number>,
      };
    },
  };
}

function pricedInSettings(config: Config['prices'], providers: Config['providers']): ReadonlySet<string> {
  const ofProviders = Object.entries(providers).flatMap(([provider, { models = [] }]) =>
    models.filter(({ prices }) => prices).map(({ name }) => `${provider}/${name}`),
  );
  return new Set([...Object.keys(config.models), ...ofProviders]);
}

const modelKey = (id: string) => `model:${id}`;
const imageKey = (name: string) => `image:${name}`;

function checked<Value extends Json>(schema: z.ZodType, value: unknown, highest: number): Value {
  const result = schema.safeParse(value);
  if (!result.success)
    throw new UserError('prices/absurd', `a price is from 0 to ${highest} dollars`, { most: highest });
  return JSON.parse(JSON.stringify(result.data)) as Value;
}

/** The nearest rule: this prefix by command, in the settings; this model and size by command, settings, catalogue; all. */
function imagePrice(
  config: Config['prices']['images'],
  stored: Readonly<Record<string, Json>>,
  { prefix, modelId, size, quality }: PricedImage,
): { usd: number; source: string } {
  const byCommand = (name: string | undefined) => (name === undefined ? undefined : stored[imageKey(name)]);
  const ofModel = modelId === undefined ? undefined : config.models[modelId];
  const candidates: [usd: Json | undefined, source: string][] = [
    [byCommand(prefix), `command ${prefix ?? ''}`],
    [prefix === undefined ? undefined : config.prefixes[prefix], `settings ${prefix ?? ''}`],
    [byCommand(modelId), `command ${modelId ?? ''}`],
    [size === undefined ? undefined : ofModel?.sizes[size], `settings ${modelId ?? ''} ${size ?? ''}`],
    [ofModel?.default, `settings ${modelId ?? ''}`],
    [modelId === undefined ? undefined : imagePriceUsd(modelId, size ?? '', quality), `catalogue ${modelId ?? ''}`],
  ];
  const found = candidates.find(([usd]) => typeof usd === 'number');
  return found ? { usd: found[0] as number, source: found[1] } : { usd: config.default, source: 'default' };
}

/** Undefined where nobody priced the model. */
function imagesCost(
  config: Config['prices']['images'],
  stored: Readonly<Record<string, Json>>,
  { id, paid }: AbilityModel,
  { images }: AbilityUsage,
): number | undefined {
  if (!images) return 0;
  const { count, size = 'auto', quality } = images;
  const { usd, source } = imagePrice(config, stored, { modelId: id, size, ...(quality && { quality }) });
  if (source !== 'default') return microsOfUsd(usd) * count;
  return paid ? undefined : 0;
}
