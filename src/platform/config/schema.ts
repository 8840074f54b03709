import { z } from 'zod';
import { checkpoints, stepCheckpoints, toolCheckpoints } from '../../kernel/checkpoints.ts';
import { abilities } from './abilities.ts';
import { accessSchema } from './access-schema.ts';
import { budgetsSchema } from './budgets-schema.ts';
import {
  comfyWorkflow,
  drawAbilities,
  drawingProblems,
  drawingTypes,
  fieldNames,
  submittedDrawing,
} from './draw-schema.ts';
import { filesSchema } from './files-schema.ts';
import { httpSchema } from './http-schema.ts';
import { quirks } from './quirks.ts';

/** Numbers that come from the environment or a `${NAME}` are text: whole ones are taken as the number they spell. */
function wholeNumber(least: number, most: number) {
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\s*-?\d{1,15}\s*$/.test(value) ? Number(value) : value),
    z
      .int({ error: `a whole number from ${least} to ${most}` })
      .min(least)
      .max(most),
  );
}

/** Fails with `allowed` for every kind of wrong text. */
function text(allowed: string, matches: (value: string) => boolean) {
  return z.string({ error: allowed }).refine(matches, { error: allowed });
}

function isUrl(value: string, protocols: readonly string[]): boolean {
  return URL.canParse(value) && protocols.includes(new URL(value).protocol);
}

const httpUrl = text('an address that begins with http:// or https://', (value) => isUrl(value, ['http:', 'https:']));
const port = wholeNumber(0, 65_535);
const id = text('an id of 17 to 20 digits (Discord: Developer Mode, then Copy ID)', (value) =>
  /^\d{17,20}$/.test(value),
);
const filled = text('text that is not empty', (value) => value.trim() !== '');
const modelId = text('a model as provider/model', (value) => /^[^/\s]+\/\S+$/.test(value));

/** Money that something costs. The ceiling is far above any price there is: more is a slip of the pen. */
function dollars(per: string, most: number) {
  const error = `US dollars ${per}, from 0 to ${most}`;
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\s*\d{1,9}(\.\d{1,12})?\s*$/.test(value) ? Number(value) : value),
    z.number({ error }).min(0, { error }).max(most, { error }),
  );
}
const tokenPrice = dollars('per million tokens', 10_000);
const imagePrice = dollars('per image', 100);
const toolPrice = dollars('per step', 10);

/** Ten years; anything longer is a slip of the pen. */
const longestMs = 315_360_000_000;
const durationMs = wholeNumber(1, longestMs);

const modelPrices = z.strictObject({
  inputPerMillion: tokenPrice,
  outputPerMillion: tokenPrice,
  cachedInputPerMillion: tokenPrice.optional(),
  cacheWritePerMillion: tokenPrice.optional(),
  reasoningPerMillion: tokenPrice.optional(),
});

/** One figure, in the unit by which the provider charges. */
const abilityPrices = z
  .strictObject({
    inputPerMillion: tokenPrice.optional(),
    perMinute: dollars('per minute', 100).optional(),
    perMillionCharacters: tokenPrice.optional(),
  })
  .refine((prices) => Object.values(prices).filter((price) => price !== undefined).length === 1, {
    error: 'exactly one of inputPerMillion, perMinute and perMillionCharacters',
  });

const imageSize = text('a size such as 1024x1024', (value) => /^\d{2,5}x\d{2,5}$/.test(value));
const imagePrices = z.strictObject({
  default: imagePrice.optional(),
  sizes: z.record(imageSize, imagePrice).default({}),
});

/** Per image, of the prefixes that come with the images. */
const prefixPrices: Readonly<Record<string, number>> = { '!': 0.02, $: 0.03, 'edit:': 0.04, 'zoom out': 0.05 };

const prices = z
  .strictObject({
    models: z.record(modelId, modelPrices).default({}),
    /** Of models that embed, transcribe, speak or moderate. Those that draw are under `images`. */
    abilities: z.record(modelId, abilityPrices).default({}),
    images: z
      .strictObject({
        default: imagePrice.default(0.03),
        models: z.record(modelId, imagePrices).default({}),
        // Those of the built-in prefixes, unless they are priced here.
        prefixes: z
          .record(filled, imagePrice)
          .default({})
          .transform((own) => ({ ...prefixPrices, ...own })),
      })
      .prefault({}),
    tools: z.record(filled, toolPrice).default({}),
  })
  .prefault({});

const quirkList = z.array(z.enum(quirks)).optional();

const model = z.strictObject({
  name: filled,
  /** What it does in place of holding conversations. */
  abilities: z.array(z.enum(abilities)).min(1).optional(),
  quirks: quirkList,
  contextTokens: wholeNumber(256, 100_000_000).optional(),
  maxOutputTokens: wholeNumber(1, 10_000_000).optional(),
  vision: z.boolean().optional(),
  tools: z.boolean().optional(),
  reasoning: z.boolean().optional(),
  prices: modelPrices.optional(),
  draws: drawAbilities.optional(),
  fields: fieldNames.optional(),
  /** It holds conversations, and draws by writing SVG, too. */
  svg: z.boolean().optional(),
});

const timeouts = z.strictObject({
  firstByteMs: durationMs.default(60_000),
  // Some models think for more than a minute without a sign.
  stallMs: durationMs.default(90_000),
  totalMs: durationMs.default(180_000),
});

const provider = z
  .strictObject({
    type: z.enum(['openai', 'anthropic', 'gemini', 'openai-compatible', 'ollama', 'demo', ...drawingTypes]),
    baseUrl: httpUrl.optional(),
    apiKeys: z.array(filled).default([]),
    timeouts: timeouts.prefault({}),
    models: z.array(model).min(1).optional(),
    /** Of every model of this provider. */
    quirks: quirkList,
    optional: z.boolean().default(false),
    workflows: z.array(comfyWorkflow).optional(),
    submitted: submittedDrawing.optional(),
  })
  .superRefine((value, context) => {
    for (const message of drawingProblems(value)) context.addIssue({ code: 'custom', message });
    if (value.type === 'openai-compatible' && value.baseUrl === undefined) {
      context.addIssue({ code: 'custom', message: 'baseUrl is missing: the address that ends in /v1' });
    }
    if (['openai', 'anthropic', 'gemini'].includes(value.type) && value.apiKeys.length === 0) {
      context.addIssue({ code: 'custom', message: 'apiKeys is missing: a list with at least one key' });
    }
  });

const providerName = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, { error: 'lower-case letters, digits and dashes' });

/** `stored:2`: the second time that this checkpoint is reached, the first unless told. */
const crashPoint = z.string().transform((value, context) => {
  const [, name, time = '1'] = /^([a-z-]+)(?::([1-9]\d{0,5}))?$/.exec(value) ?? [];
  const checkpoint = [...checkpoints, ...toolCheckpoints, ...stepCheckpoints].find((known) => known === name);
  if (checkpoint) return { checkpoint, time: Number(time) };
  const message = `one of ${checkpoints.join(', ')}, with ":2" after it for the second time it is reached`;
  context.addIssue({ code: 'custom', message, params: { choices: checkpoints } });
  return z.NEVER;
});

export const configSchema = z.strictObject({
  discord: z
    .strictObject({
      token: filled.optional(),
      apiBase: httpUrl.default('https://discord.com/api'),
      prefix: text('1 to 10 characters without spaces', (value) => /^\S{1,10}$/.test(value)).default('!'),
      shards: z
        .union([z.literal('auto'), wholeNumber(1, 16_384)], { error: 'auto or a whole number from 1 to 16384' })
        .default('auto'),
    })
    .prefault({}),
  instance: z
    .strictObject({
      administrators: z.array(id).default([]),
      language: text('a language code such as en or de', (value) => /^[a-z]{2,3}(-[A-Za-z0-9]+)*$/.test(value)).default(
        'en',
      ),
    })
    .prefault({}),
  dataDir: filled.default('./data'),
  databaseUrl: text('postgres://user:password@host:5432/database', (value) =>
    isUrl(value, ['postgres:', 'postgresql:']),
  ).optional(),
  http: httpSchema(port, wholeNumber).prefault({}),
  files: filesSchema(wholeNumber).prefault({}),
  web: z
    .strictObject({
      /** On which foreign addresses may be fetched, beside 80 and 443. */
      ports: z.array(wholeNumber(1, 65_535)).max(100).default([]),
    })
    .prefault({}),
  playground: z.strictObject({ port: port.default(8080) }).prefault({}),
  instanceKey: filled.optional(),
  /** For crash tests alone: where the process is to kill itself. */
  crashAt: crashPoint.optional(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  queue: z
    .strictObject({
      concurrency: z
        .object({ text: wholeNumber(1, 1000).default(64), images: wholeNumber(1, 1000).default(8) })
        // Queues of features, as feature/name: known once those are set up.
        .catchall(wholeNumber(1, 1000))
        .prefault({}),
      waitingPerGuild: wholeNumber(1, 1_000_000).default(50),
      waitingPerUser: wholeNumber(1, 1_000_000).default(10),
      maxAttempts: wholeNumber(1, 100).default(3),
    })
    .prefault({}),
  providers: z.record(providerName, provider).default({}),
  models: z
    .strictObject({
      default: modelId.optional(),
      fallback: z.array(modelId).default([]),
      /** The model for each kind of work beside conversations; the first that the providers have unless given. */
      defaults: z.partialRecord(z.enum(abilities), modelId).default({}),
      findOllama: z.boolean().default(true),
    })
    .prefault({}),
  prices,
  access: accessSchema.prefault({}),
  budgets: budgetsSchema.prefault({}),
  features: z.record(z.string(), z.unknown()).default({}),
});

export type Settings = z.output<typeof configSchema>;
export type ProviderConfig = Settings['providers'][string];
export type ModelConfig = NonNullable<ProviderConfig['models']>[number];
