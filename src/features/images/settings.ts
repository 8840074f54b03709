import { z } from 'zod';
import { drawModes } from '../../sdk/index.ts';
import type { FeatureContext } from '../../sdk/index.ts';

const provider = /^[^/\s]+\/\S+$/;
const jsonValue = z.json();

/** What a prefix does. Its price is under `prices.images.prefixes`. */
const prefix = z.strictObject({
  /** `provider/model`. */
  model: z.string().regex(provider, { error: 'a model as provider/model' }),
  mode: z.enum(drawModes).default('generate'),
  /** Images per request, unless the prompt begins with `x4`. */
  count: z.int().min(1).max(10).default(1),
  size: z
    .string()
    .regex(/^\d{2,4}x\d{2,4}$/, { error: 'a size such as 1024x1024' })
    .optional(),
  aspect: z
    .string()
    .regex(/^[1-9]\d?:[1-9]\d?$/, { error: 'an aspect such as 16:9' })
    .optional(),
  /** Of `outpaint`: how much larger the picture gets. */
  zoom: z.number().min(1.1).max(4).default(1.5),
  /** How long one call may take. */
  seconds: z.int().min(1).max(600).default(30),
  /** Fields of the provider's own, sent as they are. */
  options: z.record(z.string(), jsonValue).default({}),
});
export type PrefixRule = z.output<typeof prefix>;

const builtIn: Readonly<Record<string, z.input<typeof prefix>>> = {
  '!': { model: 'replicate/black-forest-labs/flux-schnell' },
  $: { model: 'replicate/google/imagen-4-fast' },
  'edit:': { model: 'replicate/google/nano-banana', mode: 'edit' },
  'zoom out': { model: 'replicate/black-forest-labs/flux-fill-dev', mode: 'outpaint' },
};

const prefixText = z
  .string()
  .min(1)
  .max(32)
  .refine((text) => text.trim() === text, { error: 'a prefix without spaces around it' });

const model = z.string().default('').meta({ kind: 'model', changedBy: 'server' });
const channels = z
  .array(z.string().meta({ kind: 'channel' }))
  .max(100)
  .default([])
  .meta({ changedBy: 'server' });

export const imageSettings = z.strictObject({
  enabled: z.boolean().default(true).meta({ changedBy: 'server' }),
  /** Channels, by id or name, in which prefixes draw. */
  channels,
  /** Channels in which prefixes that edit work, too. */
  editChannels: channels,
  directMessages: z.boolean().default(true),
  /** By prefix; those here are added to the four built in, and null removes one of them. */
  prefixes: z
    .record(prefixText, prefix.nullable())
    .default({})
    .transform((own): Record<string, PrefixRule> => {
      const all = { ...builtIn, ...own };
      const kept = Object.entries(all).filter((entry): entry is [string, PrefixRule] => entry[1] !== null);
      return Object.fromEntries(kept.map(([text, rule]) => [text, prefix.parse(rule)]));
    }),
  /** The models of commands and buttons; empty is the first that can. */
  model,
  editModel: model,
  outpaintModel: model,
  upscaleModel: model,
  /** Whether the built-in model draws where the wanted one has no key. */
  demo: z.boolean().default(false),
  /** Whether the prompt is drawn below new images. */
  caption: z.boolean().default(true).meta({ changedBy: 'server' }),
  /** How long one call may take, in commands and buttons. */
  seconds: z.int().min(1).max(600).default(180).meta({ kind: 'duration', unit: 'seconds' }),
  maxImageMb: z.int().min(1).max(100).default(20),
  /** Days after which images are deleted, favourites excepted. */
  keepDays: z.int().min(1).max(3650).nullable().default(7),
  /** A request that costs more asks first. */
  confirmAboveUsd: z.number().min(0).max(1000).nullable().default(0.25).meta({ kind: 'dollars', changedBy: 'server' }),
  /** Whether images are hidden until a member clicks them. */
  spoiler: z.enum(['asked', 'always']).default('asked').meta({ changedBy: 'server' }),
  /** Roles whose members' images are hidden, and channels, by id or name, in which all are. */
  spoilerRoles: z
    .array(z.string().meta({ kind: 'role' }))
    .max(100)
    .default([])
    .meta({ changedBy: 'server' }),
  spoilerChannels: channels,
  /**
   * Whether a model judges prompts before anything is drawn, and images before they are shown. `provider`: only where a provider has one; `always`: by the
   * built-in word list where none has.
   */
  moderation: z.enum(['off', 'provider', 'always']).default('provider'),
  /** What becomes of a prompt, or an image, that cannot be judged. */
  moderationDown: z.enum(['refuse', 'allow']).default('refuse'),
  /**
   * What becomes of an image that is drawn and that the model for moderation flags. It is charged all the same. Sexual content
   * with minors is never shown.
   */
  flaggedImages: z.enum(['spoiler', 'withhold']).default('withhold'),
  /** The same in age-restricted channels, and in direct messages where `adultInDirectMessages` is on. */
  flaggedAdultImages: z.enum(['show', 'spoiler', 'withhold']).default('spoiler'),
  /** Models for age-restricted channels alone, as patterns: `provider/*`. */
  adultModels: z
    .array(z.string().regex(/^(\*|[^/\s]+\/\S+)$/, { error: 'a model as provider/model' }))
    .max(100)
    .default([]),
  adultInDirectMessages: z.boolean().default(false),
  /** Whether moderators can look up who asked for what. */
  promptLog: z.boolean().default(true).meta({ changedBy: 'server' }),
  /** A copy of every image goes there, for moderators. */
  logChannel: z
    .string()
    .regex(/^(\d{17,20})?$/, { error: 'the id of a channel' })
    .default('')
    .meta({ kind: 'channel', changedBy: 'server' }),
  /** Words that prompts may not have. */
  blockedWords: z.array(z.string().min(2).max(100)).max(500).default([]).meta({ changedBy: 'server' }),
  waitingEmoji: z.string().default('👀').meta({ kind: 'emoji', changedBy: 'server' }),
  doneEmoji: z.string().default('✅').meta({ kind: 'emoji', changedBy: 'server' }),
  failedEmoji: z.string().default('❌').meta({ kind: 'emoji', changedBy: 'server' }),
});

export type ImageSettings = z.output<typeof imageSettings>;
export type ImageContext = FeatureContext<ImageSettings>;
export type Needs<Key extends keyof ImageContext> = Pick<ImageContext, Key>;
