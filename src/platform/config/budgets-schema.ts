import { z } from 'zod';

/** A slip of the pen lies above it. */
const mostUsd = 1_000_000;

/** Figures that come from the environment or a `${NAME}` are text: those are taken as the number they spell. */
function figure(schema: z.ZodNumber) {
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\s*\d{1,12}(\.\d{1,6})?\s*$/.test(value) ? Number(value) : value),
    schema,
  );
}

function between(least: number, most: number, error: string) {
  return figure(z.number({ error }).min(least, { error }).max(most, { error }));
}

function whole(most: number, of: string) {
  const error = `a whole number of ${of} from 1 to ${most}`;
  return figure(z.int({ error }).min(1, { error }).max(most, { error }));
}

const usd = between(0, mostUsd, `US dollars from 0 to ${mostUsd}`);
const share = between(0.01, 1, 'a share from 0.01 to 1');
const calls = whole(100_000_000, 'calls');

const id = z
  .string()
  .regex(/^\d{17,20}$/, { error: 'an id of 17 to 20 digits (Discord: Developer Mode, then Copy ID)' });

/** What a pool may spend by the UTC calendar. Null takes back what a wider setting says; left out is no cap. */
const caps = z.strictObject({
  dayUsd: usd.nullable().optional(),
  weekUsd: usd.nullable().optional(),
  monthUsd: usd.nullable().optional(),
});

/** Null switches one off. */
const breaker = z.strictObject({
  windowMinutes: whole(1440, 'minutes').default(5),
  guildUsd: usd.nullable().default(5),
  instanceUsd: usd.nullable().default(20),
  guildCalls: calls.nullable().default(300),
  instanceCalls: calls.nullable().default(3000),
  pauseMinutes: whole(10_080, 'minutes').default(30),
});

export const budgetsSchema = z.strictObject({
  /** False counts nothing at all: no money, tokens or rates. Refused at start when a model costs money. */
  enabled: z.boolean().default(true),
  instance: caps.prefault({}),
  /** Each guild; what `guilds` says of one wins, period by period. */
  guild: caps.prefault({}),
  guilds: z.record(id, caps).default({}),
  channels: z.record(id, caps).default({}),
  /** The shares of a pool at which its owner is told. */
  warnAt: z
    .array(share)
    .default([0.5, 0.8, 1])
    .transform((shares) => [...new Set(shares)].sort((a, b) => a - b)),
  /** Above this share of a pool, answers come from the cheaper model. */
  downgrade: z
    .strictObject({
      at: share.default(0.9),
      model: z.string().regex(/^[^/\s]+\/\S+$/, { error: 'a model as provider/model' }),
    })
    .optional(),
  breaker: breaker.prefault({}),
});

export type BudgetsConfig = z.output<typeof budgetsSchema>;
