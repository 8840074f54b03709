import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineCommand, defineFeature } from '../sdk/index.ts';
import type { Ability, AbilityRequest, CommandCall, FeatureContext, Hold, OptionValues } from '../sdk/index.ts';
import { works } from '../testing/ability-contract.ts';
import { testFeature } from '../testing/features.ts';
import { sharedBot, sharedBilling } from '../testing/shared-bot.ts';
import { createShiftedClock } from '../testing/shifted-clock.ts';

type Context = FeatureContext<Record<string, never>>;
const options = {
  what: { type: 'string', required: true },
  model: { type: 'string', required: false },
  keep: { type: 'boolean', required: false },
} as const;
let asked = 0;
let context: Context | undefined;

/** Does what it is asked to, on the account of who asks. */
const studio = defineFeature({
  ...{ name: 'studio', summary: 'Does paid things.', intents: [], settings: z.strictObject({}) },
  setup: (given) => {
    context = given;
    return {
      commands: [
        defineCommand({
          ...{ name: 'work', access: 'everyone', ephemeral: false },
          options,
          run: (call) => work(call),
        }),
      ],
    };
  },
});

async function work(call: CommandCall<OptionValues<typeof options>>): Promise<void> {
  if (!context) throw new Error('not set up');
  const { generate, spending, transaction, models } = context;
  const { caller, guildId, channelId, reply } = call;
  asked += 1;
  const request = `studio/${asked}`;
  const ability = call.options.what as Ability;
  const model = call.options.model === undefined ? undefined : models.abilities.find(ability, call.options.model);
  const quoted = await generate.quote(ability, { ...works[ability], ...(model && { model }) });
  const { amounts } = quoted;
  await transaction((tx) =>
    spending.admit(tx, {
      ...{ request, caller, amounts, place: { guildId, channelId } },
      action: { kind: 'feature', feature: 'studio' },
      ability: quoted.model,
    }),
  );
  const paid = { request, step: ability, attempt: 1, signal: new AbortController().signal, ...(model && { model }) };
  const keep = async (result: object) => {
    await reply({ content: `Done: ${Object.keys(result).join(' ')}` });
    return call.options.keep ?? true;
  };
  try {
    await performed(ability, paid, keep);
  } finally {
    await spending.finish(request);
  }
}

type Payment = Omit<AbilityRequest<'embed'>, 'texts' | 'purpose'>;

function performed(ability: Ability, paid: Payment, keep: (result: object) => Promise<boolean>): Promise<boolean> {
  if (!context) throw new Error('not set up');
  const { generate } = context;
  switch (ability) {
    case 'embed':
      return generate.embed({ ...paid, ...works.embed }, keep);
    case 'transcribe':
      return generate.transcribe({ ...paid, ...works.transcribe }, keep);
    case 'speak':
      return generate.speak({ ...paid, ...works.speak }, keep);
    case 'moderate':
      return generate.moderate({ ...paid, ...works.moderate }, keep);
    case 'draw':
      return generate.draw({ ...paid, ...works.draw }, keep);
  }
}

const texts = {
  commands: {
    work: {
      description: 'Do something',
      options: { what: 'What', model: 'By which model', keep: 'Whether it is kept' },
    },
  },
};

const dayMs = 24 * 60 * 60 * 1000;
/** Noon, so that no test runs into midnight. */
const clock = createShiftedClock(Math.ceil(Date.now() / dayMs) * dayMs + dayMs / 2);
const bot = sharedBot({
  clock,
  paced: false,
  features: [testFeature(studio, texts)],
  yaml: (_people, _emulator, { openaiBaseUrl }) => `
models: { default: fake/test-model, findOllama: false, defaults: { embed: fake/embedder } }
providers:
  fake:
    type: openai-compatible
    baseUrl: ${openaiBaseUrl}
    apiKeys: [test-key]
    models:
      - { name: test-model }
      - { name: embedder, abilities: [embed] }
      - { name: listener, abilities: [transcribe] }
      - { name: speaker, abilities: [speak] }
      - { name: guard, abilities: [moderate] }
      - { name: painter, abilities: [draw] }
  far:
    type: openai-compatible
    baseUrl: https://models.example.com/v1
    models: [{ name: unpriced, abilities: [embed] }, { name: forbidden, abilities: [draw] }]
prices:
  abilities:
    fake/embedder: { inputPerMillion: 100 }
    fake/listener: { perMinute: 0.6 }
    fake/speaker: { perMillionCharacters: 1000 }
    fake/guard: { inputPerMillion: 0 }
  images: { models: { fake/painter: { default: 0.05 } } }
access:
  roles:
    member:
      models: ['fake/*', far/unpriced]
      dailyFreeUsd: 0.25
      imagesPerDay: 3
      requestsPerMinute: null
      requestsPerHour: null
`,
});
const billing = sharedBilling(bot, clock);
beforeEach(() => clock.jump(dayMs));

/** The hold of the call that was asked for last. */
async function held(step: Ability): Promise<Hold> {
  const hold = (await billing.ledger.holds(`studio/${asked}`)).find((one) => one.step === step);
  if (!hold) throw new Error(`nothing was held to ${step}`);
  return hold;
}

async function asks(what: Ability, more: { model?: string; keep?: boolean } = {}) {
  const room = await bot.newChannel();
  await bot.alice.runs('work', { what, ...more }, { in: room });
  return bot.alice.sees(() => true, { in: room });
}

describe('a paid call', () => {
  it.each([
    ['embed', 'vectors dimensions modelId', { micros: 1200 }],
    ['transcribe', 'text language seconds segments modelId', { micros: 20_000 }],
    ['speak', 'bytes contentType seconds modelId', { micros: 12_000 }],
    ['moderate', 'verdicts modelId', {}],
    ['draw', 'outcome images modelId', { micros: 100_000, images: 2 }],
  ] as const)('to %s is charged to who asks, for what it used', async (what, fields, charged) => {
    const shown = await asks(what);
    expect(shown.content).toBe(`Done: ${fields}`);
    await bot.idle();
    const hold = await held(what);
    expect(hold).toMatchObject({ state: 'settled', terms: { payerId: bot.alice.user.id } });
    expect(hold.charged).toMatchObject(charged);
    for (const unit of ['micros', 'images'] as const) {
      expect(hold.held[unit] ?? 0).toBeGreaterThanOrEqual(hold.charged[unit] ?? 0);
    }
  });

  it('whose result nobody kept is on the instance', async () => {
    await asks('speak', { keep: false });
    await bot.idle();
    expect(await held('speak')).toMatchObject({ state: 'lost', charged: {}, onInstance: { micros: 12_000 } });
  });

  it('that fails at the provider is on the instance only if it may have been made', async () => {
    bot.providers.abilities.answer('embeddings', { status: 500 });
    await asks('embed');
    await bot.idle();
    expect((await held('embed')).onInstance.micros ?? 0).toBe(0);
    bot.providers.abilities.answer('audio/speech', { cutAfterBytes: 3 });
    await asks('speak');
    await bot.idle();
    expect(await held('speak')).toMatchObject({ state: 'lost', onInstance: { micros: 12_000 } });
  });

  it('is refused before anybody is asked when the money or the images of the day are used up', async () => {
    await asks('draw');
    expect((await asks('draw')).content).toMatch(/1 of 3 pictures left/);
    bot.providers.abilities.requests.length = 0;
    for (let time = 0; time < 13; time += 1) await asks('speak');
    expect((await asks('speak')).content).toMatch(/\$0\.\d+ left of \$0\.25 for today/);
    expect(bot.providers.abilities.requests).toHaveLength(12);
  });

  it('is made with the model that /models shows', async () => {
    const room = await bot.newChannel();
    await bot.alice.runs('models', {}, { in: room });
    const { embeds } = await bot.alice.sees(() => true, { in: room });
    expect(embeds[0]?.fields?.map(({ value }) => value)).toEqual([
      '**fake/painter** · $0.05 an image',
      [
        ...['Comparing texts: **fake/embedder**', 'Listening: **fake/listener**', 'Speaking: **fake/speaker**'],
        'Judging texts: **fake/guard**',
      ].join('\n'),
    ]);
  });

  it('of a model without a price is refused with the line that prices it', async () => {
    const { content } = await asks('embed', { model: 'far/unpriced' });
    expect(content).toContain('abilities:\n    "far/unpriced": { inputPerMillion: DOLLARS }');
  });

  it('of a model that no role allows is refused', async () => {
    expect((await asks('draw', { model: 'far/forbidden' })).content).toContain("don't allow **far/forbidden**");
  });

  it('that a crash leaves open is lost on the instance, and ends but once', async () => {
    await asks('embed');
    if (!context) throw new Error('not set up');
    const paid = { request: `studio/${asked}`, step: 'again', attempt: 2, signal: new AbortController().signal };
    const call = await context.generate.reserve('speak', { ...paid, ...works.speak });
    await call.run();
    await context.spending.recover(paid.request);
    await call.settle();
    const [hold] = (await billing.ledger.holds(paid.request)).filter(({ step }) => step === 'again');
    expect(hold).toMatchObject({ state: 'lost', charged: {}, onInstance: { micros: 12_000 } });
  });
});
