import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { adapterContract, done, perform, promises } from '../../../testing/ability-contract.ts';
import { createManualClock } from '../../../testing/manual-clock.ts';
import { createModelBench } from '../../../testing/model-bench.ts';
import { plainPng } from '../../../testing/pictures.ts';
import type { FakePath } from '../../../testing/provider-abilities.ts';
import { fakeSound } from '../../../testing/sounds.ts';
import type { Ability } from '../index.ts';

const bench = await createModelBench();
const { openai, compatible, ollama, open } = bench;
const fake = bench.fake.abilities;
afterEach(() => bench.finish());
afterAll(() => bench.fake.close());

const pathsOf: Readonly<Record<Ability, FakePath>> = {
  embed: 'embeddings',
  transcribe: 'audio/transcriptions',
  speak: 'audio/speech',
  moderate: 'moderations',
  draw: 'images/generations',
};
const entries = Object.entries(pathsOf) as [Ability, FakePath][];

for (const [ability, path] of entries) {
  adapterContract({
    ...{ name: 'OpenAI', ability, path, fake },
    open: (apiKeys) => open({ openai: openai({ apiKeys: [...apiKeys] }) }),
  });
}
adapterContract({
  ...{ name: 'a compatible server', ability: 'draw', path: 'images/generations', fake },
  open: (apiKeys) => open({ p: compatible({ apiKeys: [...apiKeys], models: [{ name: 'sd', abilities: ['draw'] }] }) }),
});
adapterContract({
  ...{ name: 'Ollama', ability: 'embed', path: 'embeddings', fake },
  open: (apiKeys) =>
    open({ ollama: ollama({ apiKeys: [...apiKeys] }) }, { models: { defaults: { embed: 'ollama/nomic-embed-text' } } }),
});

describe('what is built in', () => {
  it.each(['embed', 'moderate'] as const)('can %s without a provider, free of charge', async (ability) => {
    const models = await open({});
    const model = models.abilities.defaultOf(ability);
    expect(model).toMatchObject({ provider: 'demo', paid: false, demo: true });
    const { result, used } = await perform(models, ability);
    if (result && ability === 'embed') promises.embed(await done(models, 'embed'), model?.id ?? '');
    else promises.moderate(await done(models, 'moderate'), model?.id ?? '');
    expect(used).toEqual([{ estimated: false }]);
  });

  it('knows words for sexual content with minors, and leaves harmless ones alone', async () => {
    const work = { texts: ['a n4ked ch1ld', 'a child on a bike'] };
    const { verdicts } = await done(await open({}), 'moderate', { work });
    expect(verdicts.map(({ categories }) => categories)).toEqual([['sexual-minors'], []]);
  });

  it.each(['transcribe', 'speak', 'draw'] as const)('can’t %s', async (ability) => {
    expect((await open({})).abilities.defaultOf(ability)).toBeUndefined();
  });
});

describe('embeddings', () => {
  it('are asked for as the model wants it', async () => {
    const models = await open({ p: compatible({ models: [{ name: 'nomic-embed-text', abilities: ['embed'] }] }) });
    await done(models, 'embed', { work: { texts: ['cats'], purpose: 'query' } });
    expect(fake.requests[0]?.body).toMatchObject({ model: 'nomic-embed-text', input: ['search_query: cats'] });
  });

  it.each([
    [[{ index: 0, embedding: [1, 2] }]],
    [
      [
        { index: 0, embedding: [1, 2] },
        { index: 1, embedding: [1, 2, 3] },
        { index: 2, embedding: [1, 2] },
      ],
    ],
    [
      [
        { index: 0, embedding: [0, 0] },
        { index: 1, embedding: [1, 2] },
        { index: 2, embedding: [1, 2] },
      ],
    ],
    [
      [
        { index: 0, embedding: ['x'] },
        { index: 1, embedding: [1] },
        { index: 2, embedding: [1] },
      ],
    ],
    [
      [
        { index: 9, embedding: [1] },
        { index: 1, embedding: [1] },
        { index: 2, embedding: [1] },
      ],
    ],
  ])('that make no sense are refused: %j', async (data) => {
    fake.answer('embeddings', { json: { data } });
    expect((await perform(await open({ openai: openai() }), 'embed')).error).toMatchObject({
      code: 'model/unreadable',
    });
  });

  it('come back in the order of the texts', async () => {
    const data = [2, 0, 1].map((index) => ({
      index,
      embedding: [index === 0 ? 1 : 0, index === 1 ? 1 : 0, index === 2 ? 1 : 0],
    }));
    fake.answer('embeddings', { json: { data } });
    const { vectors } = await done(await open({ openai: openai() }), 'embed');
    expect(vectors.map((vector) => [...vector])).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });
});

describe('verdicts', () => {
  it('name the categories as we do, with the highest score of each', async () => {
    const { verdicts } = await done(await open({ openai: openai() }), 'moderate');
    expect(verdicts).toEqual([
      { flagged: false, scores: { hate: 0.2, violence: 0.03 }, categories: [] },
      { flagged: true, scores: { hate: 0.9, violence: 0.03 }, categories: ['hate'] },
    ]);
  });

  it('are read from servers that judge by category alone', async () => {
    const result = (bad: boolean) => ({
      categories: { violence_and_threats: bad, pii: bad },
      category_scores: { violence_and_threats: bad ? 0.8 : 0.1, pii: 7 },
    });
    fake.answer('moderations', { json: { results: [result(false), result(true)] } });
    const { verdicts } = await done(await open({ openai: openai() }), 'moderate');
    expect(verdicts[1]).toEqual({
      flagged: true,
      scores: { violence: 0.8, other: 1 },
      categories: ['violence', 'other'],
    });
  });
});

describe('verdicts of images', () => {
  const image = plainPng(32, 24);

  it('come after those of texts, each image asked for alone', async () => {
    fake.answer('moderations', {
      toImages: true,
      json: { results: [{ flagged: true, categories: { violence: true }, category_scores: { violence: 0.9 } }] },
    });
    const work = { texts: ['good morning'], images: [image, image] };
    const { verdicts } = await done(await open({ openai: openai() }), 'moderate', { work });
    expect(verdicts.map(({ flagged }) => flagged).toSorted()).toEqual([false, false, true]);
    expect(verdicts[0]?.flagged).toBe(false);
    const parts = fake.requests.map(({ body }) => body['input'] as unknown[]);
    expect(parts.map(({ length }) => length)).toEqual([1, 1, 1]);
    const url = `data:image/png;base64,${image.toString('base64')}`;
    expect(parts.filter(([part]) => typeof part === 'object')[0]).toEqual([{ type: 'image_url', image_url: { url } }]);
  });

  it('are not asked of a model that judges texts only', async () => {
    const models = await open({ p: compatible({ models: [{ name: 'text-guard', abilities: ['moderate'] }] }) });
    const model = models.abilities.find('moderate', 'p/text-guard');
    expect(model?.judgesImages).toBe(false);
    const { error } = await perform(models, 'moderate', {
      ...(model && { model }),
      work: { texts: [], images: [image] },
    });
    expect(String(error)).toContain('judges texts only');
    expect(fake.requests).toEqual([]);
    expect((await open({ openai: openai() })).abilities.defaultOf('moderate')?.judgesImages).toBe(true);
  });
});

describe('transcripts', () => {
  it('of models without segments are asked for in their form, and measured by the bytes', async () => {
    fake.answer('audio/transcriptions', { json: { text: 'Hi.', usage: { type: 'tokens', total_tokens: 20 } } });
    const models = await open({ openai: openai() });
    const model = models.abilities.find('transcribe', 'gpt-4o-mini-transcribe');
    const { result, used } = await perform(models, 'transcribe', { ...(model && { model }) });
    expect(result).toMatchObject({ text: 'Hi.', seconds: 2, segments: [] });
    expect(used).toEqual([{ seconds: 2, estimated: true }]);
    expect(fake.requests[0]).toMatchObject({
      body: { response_format: 'json' },
      files: [{ field: 'file', name: 'audio.ogg', type: 'audio/ogg' }],
    });
  });

  it('may be empty, where nobody speaks', async () => {
    fake.answer('audio/transcriptions', { json: { text: '', duration: '1.5' } });
    const work = { audio: fakeSound(2), contentType: 'audio/ogg', language: 'en', hint: 'Familiar' };
    expect(await done(await open({ openai: openai() }), 'transcribe', { work })).toMatchObject({
      text: '',
      seconds: 1.5,
    });
    expect(fake.requests[0]?.body).toMatchObject({
      language: 'en',
      prompt: 'Familiar',
      response_format: 'verbose_json',
    });
  });
});

describe('speech', () => {
  it('is asked for with voice, speed and instructions', async () => {
    const models = await open({ openai: openai() });
    const model = models.abilities.find('speak', 'gpt-4o-mini-tts');
    const work = { text: 'Hi.', voice: 'nova', speed: 1.5, instructions: 'Whisper.' };
    const { used } = await perform(models, 'speak', { work, ...(model && { model }) });
    expect(fake.requests[0]?.body).toEqual({
      ...{ model: 'gpt-4o-mini-tts', input: 'Hi.', voice: 'nova', response_format: 'opus' },
      ...{ speed: 1.5, instructions: 'Whisper.' },
    });
    expect(used).toEqual([{ characters: 3, seconds: 2, estimated: false }]);
  });
});

describe('drawings', () => {
  it('are charged by what the provider says that it drew', async () => {
    const { used } = await perform(await open({ openai: openai() }), 'draw');
    expect(used).toEqual([{ images: { count: 2, size: '1024x1024', quality: 'low' }, estimated: false }]);
    expect(fake.requests[0]?.body).toEqual({
      ...{ model: 'gpt-image-1-mini', prompt: 'a cat', n: 2, size: '1024x1024', quality: 'low' },
    });
  });

  it('that the provider refuses cost nothing', async () => {
    fake.answer('images/generations', {
      status: 400,
      errorCode: 'moderation_blocked',
      text: 'rejected by the safety system',
    });
    const { result, used } = await perform(await open({ openai: openai() }), 'draw');
    expect(result).toMatchObject({ outcome: 'refused', images: [] });
    expect(used).toEqual([{ estimated: false }]);
  });

  it('with fewer images than asked for are partial, and charged for those', async () => {
    const one = { b64_json: plainPng(64, 32).toString('base64') };
    fake.answer('images/generations', { json: { data: [one] } });
    const { result, used } = await perform(await open({ openai: openai() }), 'draw');
    expect(result).toMatchObject({ outcome: 'partial', images: [{ width: 64, height: 32 }] });
    expect(used).toEqual([{ images: { count: 1, size: '64x32', quality: 'low' }, estimated: false }]);
  });

  it('show previews on the way', async () => {
    const b64_json = plainPng(64, 64).toString('base64');
    const partial = { type: 'image_generation.partial_image', b64_json };
    const completed = { type: 'image_generation.completed', b64_json, size: '1024x1024', quality: 'high', usage: {} };
    fake.answer('images/generations', { events: [partial, partial, completed] });
    const models = await open({ openai: openai() });
    const model = models.abilities.defaultOf('draw');
    if (!model) throw new Error('no model');
    const signal = new AbortController().signal;
    const seen: unknown[] = [];
    const work = { prompt: 'a cat', previews: 2 };
    for await (const event of models.abilities.draw({ ...work, model, signal, most: { estimated: true } })) {
      seen.push(event.type === 'preview' ? event.index : event.outcome);
    }
    expect(seen).toEqual([0, 1, 'done']);
    expect(fake.requests[0]?.body).toMatchObject({ stream: true, partial_images: 2 });
  });

  it('begin from images and a mask', async () => {
    const image = plainPng(64, 64);
    const inputs = [
      { bytes: image, role: 'image' as const },
      { bytes: image, role: 'mask' as const },
    ];
    const work = { prompt: 'a hat', inputs, aspect: '3:2', negativePrompt: 'dogs', options: { background: 'opaque' } };
    await done(await open({ openai: openai() }), 'draw', { work });
    expect(fake.requests[0]).toMatchObject({
      path: 'images/edits',
      body: {
        size: '1536x1024',
        prompt: expect.stringMatching(/^a hat\s+Leave out: dogs$/) as string,
        background: 'opaque',
      },
      files: [
        { field: 'image[]', type: 'image/png' },
        { field: 'mask', type: 'image/png' },
      ],
    });
  });

  it('by a server of one’s own get its settings', async () => {
    const models = await open({ p: compatible({ models: [{ name: 'sd', abilities: ['draw'] }] }) });
    await done(models, 'draw', { work: { prompt: 'a cat', negativePrompt: 'dogs', seed: 7, aspect: '16:9' } });
    expect(fake.requests[0]?.body).toEqual({
      ...{ model: 'sd', prompt: 'a cat', n: 1, size: '1344x768', response_format: 'b64_json' },
      ...{ negative_prompt: 'dogs', seed: 7 },
    });
  });
});

describe('models for an ability', () => {
  it('are those of the settings, then of the catalogue, the default of the settings first', async () => {
    const provider = openai({ models: [{ name: 'gpt-6-luna' }, { name: 'my-embedder', abilities: ['embed'] }] });
    const models = await open(
      { openai: provider },
      { models: { defaults: { embed: 'openai/text-embedding-3-large' } } },
    );
    expect(models.abilities.list('embed').map(({ id }) => id)).toEqual([
      ...['openai/text-embedding-3-large', 'openai/my-embedder', 'openai/text-embedding-3-small'],
      ...['openai/text-embedding-ada-002', 'demo/words'],
    ]);
    expect(models.list().map(({ id }) => id)).toEqual(['openai/gpt-6-luna']);
  });

  it('are none where the settings name one that its provider cannot have', async () => {
    const providers = { openai: openai(), anthropic: bench.anthropic() };
    const { abilities } = await open(providers, { models: { defaults: { draw: 'anthropic/painter' } } });
    expect(abilities.defaultOf('draw')).toBeUndefined();
    expect(abilities.find('draw', 'openai/gpt-image-1.5')).toBeDefined();
  });

  it('are found in the lists of servers by their names', async () => {
    bench.fake.models.openai = [
      'plain',
      'nomic-embed-text-v1.5',
      'whisper-large-v3',
      'kokoro',
      'flux-dev',
      'bge-reranker',
    ].map((id) => ({ id }));
    const models = await open({ p: compatible({ models: undefined }) });
    await models.check();
    const first = (['embed', 'transcribe', 'speak', 'draw'] as const).map(
      (ability) => models.abilities.defaultOf(ability)?.id,
    );
    expect(first).toEqual(['p/nomic-embed-text-v1.5', 'p/whisper-large-v3', 'p/kokoro', 'p/flux-dev']);
    expect(models.list().map(({ id }) => id)).toEqual(['p/plain']);
  });

  it('of Ollama are those that it says can embed', async () => {
    bench.fake.models.ollama.push({ name: 'nomic-embed-text', capabilities: ['embedding'], contextTokens: 2048 });
    const models = await open({ ollama: ollama() });
    await models.check();
    expect(models.abilities.defaultOf('embed')).toMatchObject({ id: 'ollama/nomic-embed-text', paid: false });
    expect(models.list().map(({ id }) => id)).toEqual(['ollama/gpt-oss:20b']);
  });
});

it('a call that takes too long ends by the clock, and counts as the most', async () => {
  const clock = createManualClock(1_700_000_000_000);
  const models = await open({ openai: openai() }, { clock });
  fake.answer('images/generations', { hang: true });
  const call = perform(models, 'draw');
  await fake.requested('images/generations');
  await clock.advance(60_000);
  const { error, used } = await call;
  expect(error).toMatchObject({ code: 'model/timeout' });
  expect(used).toMatchObject([{ images: { count: 2 }, estimated: true }]);
});
