import { UserError } from '../../kernel/errors.ts';
import type { AbilityModel, Caller, DrawMode } from '../../sdk/index.ts';
import type { ImagePlace } from './api.ts';
import { isAdultModel } from './guard/adult-models.ts';
import type { ImageSettings, Needs, PrefixRule } from './settings.ts';

export type { ImagePlace } from './api.ts';

/** The model that draws, and why another one than was wanted. */
export interface ChosenModel {
  model: AbilityModel;
  /** The built-in one stands in for this model, whose provider is not connected. */
  standsInFor?: string;
}

/** Which variable of the environment connects a provider that prefixes name. */
const keys: Readonly<Record<string, string>> = {
  replicate: 'REPLICATE_API_TOKEN',
  stability: 'STABILITY_API_KEY',
  openai: 'OPENAI_API_KEY',
  gemini: 'GEMINI_API_KEY',
  fal: 'FAL_KEY',
};

/** What the bot's owner sets to connect the provider of a model. */
export function keyFor(modelId: string): string {
  const [provider = ''] = modelId.split('/');
  return keys[provider] ?? `providers.${provider}`;
}

const settingOf: Readonly<Partial<Record<DrawMode, 'editModel' | 'outpaintModel' | 'upscaleModel'>>> = {
  edit: 'editModel',
  vary: 'editModel',
  inpaint: 'editModel',
  replace: 'editModel',
  erase: 'editModel',
  outpaint: 'outpaintModel',
  upscale: 'upscaleModel',
};

/** Models that can do this, the default first. Those whose abilities are unknown may. */
export function modelsFor({ models, settings }: Needs<'models' | 'settings'>, mode: DrawMode): AbilityModel[] {
  // The built-in one is for trying out: a server is told what is missing instead.
  const isUsable = ({ demo, paid }: AbilityModel) => !demo || paid || settings.instance.demo;
  return models.abilities
    .list('draw')
    .filter((model) => isUsable(model) && (model.draws?.modes.includes(mode) ?? true));
}

/** The model of a prefix. Throws a UserError `no-key` where its provider is not connected. */
export function modelOfPrefix(context: Needs<'models' | 'settings'>, { model: id, mode }: PrefixRule): ChosenModel {
  const found = context.models.abilities.find('draw', id);
  if (found) return { model: found };
  const [demo] = modelsFor(context, mode).filter((model) => model.demo);
  if (demo) return { model: demo, standsInFor: id };
  throw new UserError('no-key', `no provider for ${id}`, { model: id, key: keyFor(id) });
}

/**
 * The model of a command or button: the one that was named, that of the settings, or the first that can do it. Throws a UserError
 * where there is none.
 */
export function modelForMode(
  context: Needs<'models' | 'settings'>,
  settings: ImageSettings,
  mode: DrawMode,
  named?: string,
): AbilityModel {
  const { abilities } = context.models;
  if (named !== undefined) {
    const model = abilities.find('draw', named);
    if (!model) throw new UserError('unknown-model', `no model ${named}`, { name: named.slice(0, 100) });
    return model;
  }
  const wanted = settings[settingOf[mode] ?? 'model'];
  const chosen = wanted === '' ? undefined : abilities.find('draw', wanted);
  if (chosen && (chosen.draws?.modes.includes(mode) ?? true)) return chosen;
  const [first] = modelsFor(context, mode).filter(({ id }) => !isAdultModel(settings, id));
  if (!first) throw new UserError('no-model', `nothing can ${mode}`, { mode });
  return first;
}

/** The models that a member may use in a place. */
export function allowedModels(
  context: Needs<'access' | 'models' | 'settings'>,
  { caller, place }: { caller: Caller; place: ImagePlace },
  mode: DrawMode = 'generate',
): AbilityModel[] {
  return modelsFor(context, mode).filter(
    ({ id }) => context.access.decide(caller, place, { kind: 'model', id }).allowed,
  );
}
