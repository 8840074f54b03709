import type { z } from 'zod';
import { UserError } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import type { Config } from '../platform/config/index.ts';
import type { FeatureDefinition, FeatureSettings, Place, SettingsSchema } from '../sdk/index.ts';
import { describeSettings, tightened } from '../sdk/setting.ts';
import type { SettingsService } from '../services/settings/index.ts';

/** The settings of a feature that are the same everywhere: the YAML's, and defaults. Throws a StartError as `section` does. */
export function instanceSettings(
  config: Pick<Config, 'section'>,
  { name, settings, playground = {} }: FeatureDefinition,
  inPlayground: boolean,
): Readonly<Record<string, Json>> {
  const shape = settings.shape as Readonly<Record<string, z.ZodType>>;
  const others = inPlayground ? Object.entries(playground as Readonly<Record<string, Json>>) : [];
  const defaults = others.map(([key, value]) => [key, shape[key]?.default(value)] as const);
  const schema = defaults.length === 0 ? settings : settings.extend(Object.fromEntries(defaults) as z.ZodRawShape);
  return config.section(`features.${name}`, schema) as Readonly<Record<string, Json>>;
}

/**
 * The settings of one feature: the YAML's, with what was set by command on top. An override that the schema no longer
 * allows (a setting removed or narrowed by an update) is passed over; of a setting that may only be tightened, the YAML's
 * value is the most that applies.
 */
export function createFeatureSettings<Schema extends SettingsSchema>(
  feature: string,
  schema: Schema,
  instance: z.output<Schema>,
  service: SettingsService,
): FeatureSettings<z.output<Schema>> {
  type Settings = z.output<Schema>;
  const fields = schema.shape as Readonly<Record<string, z.ZodType | undefined>>;
  const read = (layers: readonly (Record<string, Json> | undefined)[]): Partial<Settings> => {
    const values: Record<string, unknown> = {};
    for (const [key, value] of layers.flatMap((layer) => Object.entries(layer ?? {}))) {
      const parsed = fields[key]?.safeParse(value);
      if (parsed?.success) values[key] = parsed.data;
    }
    return values as Partial<Settings>;
  };
  const tightenOnly = describeSettings(schema).filter((field) => field.tightenOnly);
  const merge = (layers: Parameters<typeof read>[0]): Settings => {
    const merged = { ...instance, ...read(layers) } as Record<string, Json>;
    const most = instance as Readonly<Record<string, Json>>;
    for (const { key } of tightenOnly) merged[key] = tightened(merged[key], most[key]) ?? null;
    return merged as Settings;
  };
  const guild = ({ guildId }: Place) => (guildId ? service.peek(feature, 'guild', guildId) : undefined);
  const channel = ({ channelId }: Place) => (channelId ? service.peek(feature, 'channel', channelId) : undefined);

  return {
    instance,
    peek: (place) => {
      const [ofGuild, ofChannel] = [guild(place), channel(place)];
      return ofGuild || ofChannel ? merge([ofGuild, ofChannel]) : instance;
    },
    own: (scope, scopeId) => read([service.peek(feature, scope, scopeId)]),
    at: async (place) => {
      const user = place.userId ? await service.forUser(feature, place.userId) : undefined;
      return merge([guild(place), user, channel(place)]);
    },
    set: async (scope, scopeId, key, value) => {
      const parsed = value === undefined ? undefined : fields[key]?.safeParse(value);
      if (parsed && !parsed.success) {
        const reason = parsed.error.issues.map(({ message }) => message).join('; ');
        throw new UserError('errors.setting', `${key}: ${reason}`, { key, reason });
      }
      await service.set(feature, scope, scopeId, key, value as Json | undefined);
    },
  };
}
