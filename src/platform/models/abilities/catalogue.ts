import { drawingTypes } from '../../config/index.ts';
import type { Ability, ModelConfig, ProviderConfig } from '../../config/index.ts';
import { priceLine, withoutDate } from '../catalogue.ts';
import { isPrivateUrl } from '../private-network.ts';
import { baseUrlOf } from '../vendor.ts';
import { drawAbilitiesOf, drawWireOf } from './draw/index.ts';
import { judgesImages } from './moderate.ts';
import type { AbilityModel, AbilityPrices } from './port.ts';

interface KnownModel {
  ability: Ability;
  /** Null: charged in a way that none of the figures says. Owners price it in the settings. */
  prices: AbilityPrices | null;
}

/**
 * OpenAI's models that do something other than hold conversations, the sensible default of each kind first, with the prices
 * of developers.openai.com/api/docs/pricing as price lists of November 2026 quote them (BerriAI/litellm, pydantic/
 * genai-prices). The models `gpt-4o-…` are charged by tokens of audio; the figure here is what the page calls the
 * estimated cost a minute. Images are priced in `../image-catalogue.ts`.
 */
const known: Readonly<Record<string, KnownModel>> = {
  'text-embedding-3-small': { ability: 'embed', prices: { inputPerMillion: 0.02 } },
  'text-embedding-3-large': { ability: 'embed', prices: { inputPerMillion: 0.13 } },
  'text-embedding-ada-002': { ability: 'embed', prices: { inputPerMillion: 0.1 } },
  'whisper-1': { ability: 'transcribe', prices: { perMinute: 0.006 } },
  'gpt-4o-mini-transcribe': { ability: 'transcribe', prices: { perMinute: 0.003 } },
  'gpt-4o-transcribe': { ability: 'transcribe', prices: { perMinute: 0.006 } },
  'tts-1': { ability: 'speak', prices: { perMillionCharacters: 15 } },
  'tts-1-hd': { ability: 'speak', prices: { perMillionCharacters: 30 } },
  'gpt-4o-mini-tts': { ability: 'speak', prices: { perMinute: 0.015 } },
  'omni-moderation-latest': { ability: 'moderate', prices: { inputPerMillion: 0 } },
  'gpt-image-1-mini': { ability: 'draw', prices: null },
  'gpt-image-1.5': { ability: 'draw', prices: null },
  'gpt-image-2': { ability: 'draw', prices: null },
};

/** What a name says of a model that nothing else is known of, in the order in which it is looked for. */
const named: readonly (readonly [RegExp, Ability | null])[] = [
  [/rerank|realtime/i, null],
  [/embed|(^|[-_/])(bge|gte|e5|minilm)([-_:.]|$)/i, 'embed'],
  [/whisper|transcri|[-_]asr|parakeet/i, 'transcribe'],
  [/(^|[-_/])tts|[-_]speech|kokoro/i, 'speak'],
  [/moderation/i, 'moderate'],
  [/dall-e|image|stable-diffusion|sdxl|(^|[-_/])flux/i, 'draw'],
];

/**
 * What a listed model does in place of holding conversations, by its name: undefined for one that holds them, null for one
 * of no use here.
 */
export function abilityByName(name: string): Ability | null | undefined {
  const catalogued = known[withoutDate(name)];
  return catalogued ? catalogued.ability : named.find(([pattern]) => pattern.test(name))?.[1];
}

/** Names of the models that a provider is known to have, its default first. */
function knownAbilityNames(config: ProviderConfig, ability: Ability): string[] {
  if (drawsOnly(config) || config.type === 'gemini') {
    return ability === 'draw' ? (drawWireOf(config.type).names?.(config) ?? []) : [];
  }
  if (config.type !== 'openai') return [];
  return Object.keys(known).filter((name) => known[name]?.ability === ability);
}

export function drawsOnly({ type }: Pick<ProviderConfig, 'type'>): boolean {
  return drawingTypes.some((known) => known === type);
}

/** Whether a model that the settings name without its abilities draws. */
export function drawsByName(config: Pick<ProviderConfig, 'type'>, { name, abilities }: ModelConfig): boolean {
  if (drawsOnly(config)) return true;
  return config.type === 'gemini' && abilities === undefined && abilityByName(name) === 'draw';
}

interface DescribedModel {
  provider: string;
  config: ProviderConfig;
  model: Pick<ModelConfig, 'name'>;
  ability: Ability;
  /** From the settings; they win, and make a model that costs nothing a paid one. */
  listPrices: AbilityPrices | undefined;
}

/** Prices come from the catalogue only for the provider that publishes them; a reseller has its own. */
function describeAbility({ provider, config, model, ability, listPrices }: DescribedModel): AbilityModel {
  const longestMs = config.timeouts.totalMs;
  const draws = ability === 'draw' ? { draws: drawAbilitiesOf(model.name, config) } : {};
  const judges = ability === 'moderate' ? { judgesImages: judgesImages(model.name) } : {};
  const base = { id: `${provider}/${model.name}`, provider, ability, longestMs, demo: false, ...draws, ...judges };
  if (listPrices) return { ...base, paid: true, prices: listPrices, priceSource: 'settings' };
  if (isPrivateUrl(baseUrlOf(config))) return { ...base, paid: false, prices: null, priceSource: 'free' };
  const catalogued = config.type === 'openai' ? known[withoutDate(model.name)] : undefined;
  const prices = catalogued?.ability === ability ? catalogued.prices : null;
  return { ...base, paid: true, prices, priceSource: prices ? 'catalogue' : null };
}

interface AbleProvider {
  name: string;
  config: ProviderConfig;
  /** Models that the settings name elsewhere. */
  alsoAble: Readonly<Partial<Record<Ability, string>>>;
  /** By model id, from the settings. */
  abilityPrices: Readonly<Record<string, AbilityPrices>>;
}

/** Models of a provider that do this, its own choice first. `others` are those of its list that hold no conversations. */
export function ableModels(provider: AbleProvider, others: readonly ModelConfig[], ability: Ability): AbilityModel[] {
  const { config, alsoAble } = provider;
  // Its API has nothing but conversations.
  if (config.type === 'anthropic') return [];
  const listed = others.filter(({ abilities }) => abilities?.includes(ability)).map(({ name }) => name);
  const wanted = alsoAble[ability];
  const names = new Set([...listed, ...knownAbilityNames(config, ability), ...(wanted === undefined ? [] : [wanted])]);
  return [...names].map((name) => describeNamed(provider, ability, name));
}

/** A model that nobody lists, of a provider that has any. */
export function unlistedModel(provider: AbleProvider, ability: Ability, id: string): AbilityModel | undefined {
  const name = id.startsWith(`${provider.name}/`) ? id.slice(provider.name.length + 1) : '';
  if (name === '' || ability !== 'draw' || !drawWireOf(provider.config.type).hasMore) return undefined;
  return describeNamed(provider, ability, name);
}

function describeNamed({ name: provider, config, abilityPrices }: AbleProvider, ability: Ability, name: string) {
  const listPrices = abilityPrices[`${provider}/${name}`];
  return describeAbility({ provider, config, model: { name }, ability, listPrices });
}

const examples: Readonly<Record<Exclude<Ability, 'draw'>, string>> = {
  embed: 'inputPerMillion',
  moderate: 'inputPerMillion',
  transcribe: 'perMinute',
  speak: 'perMillionCharacters',
};

/** The lines to put into familiar.yaml to price a model. DOLLARS is not accepted as a price. */
export function abilityPriceLine({ id, ability, writer }: Pick<AbilityModel, 'id' | 'ability' | 'writer'>): string {
  if (writer) return priceLine(id);
  const name = JSON.stringify(id);
  if (ability === 'draw') return `prices:\n  images:\n    models:\n      ${name}: { default: DOLLARS }`;
  return `prices:\n  abilities:\n    ${name}: { ${examples[ability]}: DOLLARS }`;
}
