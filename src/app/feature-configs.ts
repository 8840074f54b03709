import type { z } from 'zod';
import type { Json } from '../kernel/json.ts';
import type { Config } from '../platform/config/index.ts';
import type { Texts } from '../platform/texts/index.ts';
import { describeSettings } from '../sdk/setting.ts';
import type { FeatureConfig, SettingValue } from '../sdk/setting.ts';
import type { SettingsService } from '../services/settings/index.ts';
import { createFeatureSettings, instanceSettings } from './feature-settings.ts';
import type { FoundFeature } from './features.ts';

interface ConfigsOptions {
  config: Pick<Config, 'features' | 'section'>;
  playground: boolean;
  settings: SettingsService;
  textsOf: (feature: string) => Texts;
}

/** The settings of every feature that has any, for showing and changing them, in order of name. */
export function featureConfigs(features: readonly FoundFeature[], options: ConfigsOptions): FeatureConfig[] {
  return features.map((feature) => configOf(feature, options)).filter(({ fields }) => fields.length > 0);
}

function configOf(
  { definition }: FoundFeature,
  { config, playground, settings, textsOf }: ConfigsOptions,
): FeatureConfig {
  const { name, summary, settings: schema } = definition;
  const instance = instanceSettings(config, definition, playground);
  const written = config.features[name] ?? {};
  const own = createFeatureSettings(name, schema, instance, settings);
  const fields = describeSettings(schema);
  const known = (key: string): void => {
    if (!fields.some((field) => field.key === key)) throw new Error(`The feature "${name}" has no setting "${key}".`);
  };
  return {
    ...{ feature: name, summary, fields },
    texts: textsOf(name),
    valueIn: (guildId, key): SettingValue => {
      known(key);
      const beneath = {
        value: instance[key] ?? null,
        from: Object.hasOwn(written, key) ? ('file' as const) : ('default' as const),
      };
      if (!Object.hasOwn(own.own('guild', guildId), key)) return { ...beneath, beneath };
      return { value: own.peek({ guildId })[key] as Json, from: 'server', beneath };
    },
    problemWith: (key, value) => {
      known(key);
      const parsed = (schema.shape[key] as z.ZodType | undefined)?.safeParse(value);
      return parsed?.success === false ? parsed.error.issues.map(({ message }) => message).join('; ') : undefined;
    },
    set: async (guildId, key, value) => {
      known(key);
      await own.set('guild', guildId, key, value);
    },
  };
}
