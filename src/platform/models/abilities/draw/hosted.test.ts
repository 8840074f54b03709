import { createHmac } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { VendorError } from '../../../../kernel/errors.ts';
import { createDrawBench, drawContract, pictureInput } from '../../../../testing/draw-contract.ts';
import { fakeFal } from '../../../../testing/draw/fal.ts';
import { fakeGemini } from '../../../../testing/draw/gemini.ts';
import { fakeOpenAi } from '../../../../testing/draw/openai.ts';
import { fakeReplicate } from '../../../../testing/draw/replicate.ts';
import { fakeStability } from '../../../../testing/draw/stability.ts';
import { noisePng } from '../../../../testing/pictures.ts';
import { isSignedReport } from '../../index.ts';

await drawContract({
  ...{ name: 'OpenAI', wire: fakeOpenAi, begins: /^POST \/v1\/images/, previews: true },
  config: (origin) => ({ type: 'openai', baseUrl: `${origin}/v1` }),
  models: { generate: 'gpt-image-1.5', edit: 'gpt-image-1.5', outpaint: 'gpt-image-2', inpaint: 'gpt-image-1-mini' },
});

await drawContract({
  ...{ name: 'Replicate', wire: fakeReplicate, gives: 'addresses' },
  ...{ begins: /^POST \/v1\/models/, asks: /^GET \/v1\/predictions/ },
  cancels: { match: /\/cancel$/, charged: 2 },
  config: (origin) => ({ type: 'replicate', baseUrl: origin }),
  models: {
    generate: 'black-forest-labs/flux-schnell',
    vary: 'black-forest-labs/flux-dev',
    edit: 'google/nano-banana',
    outpaint: 'black-forest-labs/flux-fill-dev',
    upscale: 'nightmareai/real-esrgan',
  },
});

await drawContract({
  ...{ name: 'Stability', wire: fakeStability, begins: /^POST \/v2beta/, blurs: true },
  config: (origin) => ({ type: 'stability', baseUrl: origin }),
  models: {
    ...{ generate: 'core', vary: 'ultra', edit: 'sd3.5-large', erase: 'erase', inpaint: 'inpaint' },
    ...{ outpaint: 'outpaint', replace: 'search-and-replace', 'remove-background': 'remove-background' },
    upscale: 'upscale-creative',
  },
});

await drawContract({
  ...{ name: 'Gemini', wire: fakeGemini, begins: /generateContent$/ },
  config: (origin) => ({ type: 'gemini', baseUrl: origin }),
  models: { generate: 'gemini-3.1-flash-image', edit: 'gemini-3.1-flash-image', vary: 'gemini-3.1-flash-image' },
});

await drawContract({
  ...{ name: 'fal', wire: fakeFal, gives: 'addresses', blurs: true },
  ...{ begins: /^POST /, asks: /\/status$/, cancels: { match: /^PUT .*\/cancel$/, charged: 2 } },
  config: (origin) => ({ type: 'fal', baseUrl: origin }),
  models: {
    generate: 'fal-ai/flux/schnell',
    edit: 'fal-ai/nano-banana/edit',
    outpaint: 'fal-ai/flux-pro/v1/fill',
    upscale: 'fal-ai/esrgan',
    'remove-background': 'fal-ai/any/background',
  },
});

it('OpenAI tells the tokens that it counted', async () => {
  const config = (origin: string) => ({ type: 'openai' as const, baseUrl: `${origin}/v1` });
  const { server, open, draw, finish } = await createDrawBench({ wire: fakeOpenAi, config });
  const { used } = await draw((await open()).models, 'gpt-image-2', {});
  expect(used).toMatchObject([{ images: { count: 1 }, tokens: 9, outputTokens: 272, estimated: false }]);
  await finish();
  await server.close();
});

describe('Replicate', async () => {
  const bench = await createDrawBench({
    wire: fakeReplicate,
    config: (origin) => ({ type: 'replicate', baseUrl: origin }),
  });
  const { server, open, draw } = bench;
  afterEach(() => bench.finish());
  afterAll(() => server.close());

  it('is told the model’s own names, how long it may take, and where to report', async () => {
    const { models } = await open();
    let listeners = 0;
    const onReport = (): (() => void) => {
      listeners += 1;
      return () => void (listeners -= 1);
    };
    const work = { aspect: '16:9', seed: 7, count: 3, timeoutMs: 30_000, negativePrompt: 'dogs' };
    const webhook = { url: 'https://bot.example/r', onReport };
    await draw(models, 'black-forest-labs/flux-schnell', { ...work, webhook });
    expect(listeners).toBe(0);
    expect(server.requests[0]).toMatchObject({
      path: '/v1/models/black-forest-labs/flux-schnell/predictions',
      headers: { authorization: 'Bearer key-1', prefer: 'wait=5', 'cancel-after': '30s' },
      body: {
        input: {
          ...{ prompt: 'a cat\n\nLeave out: dogs', aspect_ratio: '16:9', num_outputs: 3, seed: 7 },
          output_format: 'png',
        },
        ...{ webhook: 'https://bot.example/r', webhook_events_filter: ['completed'] },
      },
    });
  });

  it('has any model by name, and by version those that it doesn’t keep running', async () => {
    const { models } = await open({ models: [{ name: 'community/sketch', fields: { image: 'picture', seed: '' } }] });
    const { result } = await draw(models, 'community/sketch', { mode: 'edit', seed: 3, inputs: [pictureInput] });
    expect(result?.outcome).toBe('done');
    const begun = server.requests.find(({ path, method }) => method === 'POST' && path === '/v1/predictions');
    expect(begun?.body).toEqual({
      version: 'version-1',
      input: { prompt: 'a cat', picture: expect.stringMatching(/^data:image\/png;base64,/) as string },
    });
  });

  it('gets large images as files', async () => {
    const { models } = await open();
    const inputs = [{ bytes: noisePng(300, 300), role: 'image' as const }];
    await draw(models, 'google/nano-banana', { mode: 'edit', inputs });
    expect(server.requests[0]).toMatchObject({ path: '/v1/files', files: [{ field: 'content' }] });
    expect(server.requests[1]?.body['input']).toMatchObject({ image_input: [`${server.origin}/v1/files/file-1`] });
  });

  it('that fails is not asked for its result again, and counts as the most', async () => {
    const { models } = await open();
    server.world.ending = 'failed';
    const { error, used } = await draw(models, 'google/imagen-4-fast', {});
    expect(error).toMatchObject({ code: 'model/failed' });
    expect(used).toEqual([{ images: { count: 1 }, estimated: true }]);
    expect(server.requests.filter(({ path }) => path.endsWith('/cancel'))).toEqual([]);
  });

  it('that is given up before it starts charges nothing', async () => {
    const { models } = await open();
    server.world.ending = 'never';
    server.fail(/^GET \/v1\/predictions/, { hang: true });
    const gone = new AbortController();
    const drawing = draw(models, 'google/imagen-4-fast', {}, { signal: gone.signal });
    await server.requested(/^GET \/v1\/predictions/);
    gone.abort(new Error('changed my mind'));
    expect((await drawing).used).toEqual([{ estimated: false }]);
  });

  it('goes on when a look at the result fails in passing', async () => {
    const { models } = await open();
    server.fail(/^GET \/v1\/predictions/, { status: 503 });
    server.fail(/^GET \/v1\/predictions/, { status: 429 });
    expect((await draw(models, 'google/imagen-4-fast', {})).result?.outcome).toBe('done');
  });

  it('is checked by its key, and holds no conversations', async () => {
    const { models } = await open();
    expect(await models.check()).toMatchObject([{ provider: 'p', state: 'up' }, { provider: 'demo' }]);
    server.fail(/^GET \/v1\/account$/, { status: 401, json: { detail: 'Unauthenticated' } });
    expect(await models.check(['p'])).toMatchObject([{ state: 'down', fault: 'bad-key' }]);
    expect(models.list().map(({ provider }) => provider)).toEqual(['demo']);
    expect(models.abilities.defaultOf('draw')?.id).toBe('p/black-forest-labs/flux-schnell');
  });

  it('tells with what it signs its reports', async () => {
    const { models } = await open();
    const model = models.abilities.find('draw', 'p/google/imagen-4-fast');
    if (!model) throw new Error('no model');
    const [secret] = await models.abilities.reportSecrets(model, new AbortController().signal);
    const body = Buffer.from('{"id":"job-1"}');
    const key = Buffer.from('secret');
    const signed = createHmac('sha256', key).update('msg-1.1700000000.').update(body).digest('base64');
    const report = { id: 'msg-1', timestamp: '1700000000', signature: `v1,AAAA v1,${signed}`, body };
    expect(isSignedReport(report, secret ?? '', 1_700_000_010_000)).toBe(true);
    expect(isSignedReport({ ...report, body: Buffer.from('{}') }, secret ?? '', 1_700_000_010_000)).toBe(false);
    expect(isSignedReport(report, secret ?? '', 1_700_000_900_000)).toBe(false);
  });

  it('is asked for its secret once an hour, and once a minute while it does not tell', async () => {
    const { models, clock } = await open();
    const model = models.abilities.find('draw', 'p/google/imagen-4-fast');
    if (!model) throw new Error('no model');
    const secret = () =>
      models.abilities.reportSecrets(model, new AbortController().signal).then(
        ([one]) => one,
        (error: VendorError) => error.code,
      );
    const asked = () => server.requests.filter(({ path }) => path === '/v1/webhooks/default/secret').length;
    server.fail(/secret$/, { status: 500 });
    expect(await Promise.all([secret(), secret()])).toEqual(['model/failed', 'model/failed']);
    expect([await secret(), asked()]).toEqual(['model/failed', 1]);
    await clock.advance(60_000);
    expect([await secret(), await secret(), asked()]).toEqual(['whsec_c2VjcmV0', 'whsec_c2VjcmV0', 2]);
    await clock.advance(3_600_000);
    expect([await secret(), asked()]).toEqual(['whsec_c2VjcmV0', 3]);
  });
});

describe('Stability', async () => {
  const bench = await createDrawBench({
    wire: fakeStability,
    config: (origin) => ({ type: 'stability', baseUrl: origin }),
  });
  const { server, open, draw } = bench;
  afterEach(() => bench.finish());
  afterAll(() => server.close());

  it('is asked with a form of each service’s own, and tells its seeds', async () => {
    const { models } = await open();
    const margins = { left: 0, top: 10, right: 0, bottom: 20 };
    await draw(models, 'outpaint', { mode: 'outpaint', prompt: '', inputs: [pictureInput], margins });
    const work = { inputs: [pictureInput], strength: 0.3, style: 'anime', negativePrompt: 'dogs', seed: 5, count: 2 };
    const { result } = await draw(models, 'sd3.5-medium', { ...work, mode: 'vary' });
    expect(result?.images.map(({ seed }) => seed)).toEqual([42, 42]);
    const [outpaint, ...sd3] = server.requests;
    expect(outpaint?.body).toEqual({ left: '0', right: '0', up: '10', down: '20', output_format: 'png' });
    expect(sd3.map(({ body }) => body['seed']).sort()).toEqual(['5', '6']);
    expect(sd3[0]).toMatchObject({
      body: {
        model: 'sd3.5-medium',
        mode: 'image-to-image',
        strength: '0.3',
        style_preset: 'anime',
        negative_prompt: 'dogs',
      },
      files: [{ field: 'image' }],
    });
  });

  it('that runs out of requests after the first image gives that one, and charges for it', async () => {
    const { models } = await open();
    server.fail(/^POST/, { status: 429 });
    const { result, used } = await draw(models, 'core', { count: 2 });
    expect(result).toMatchObject({ outcome: 'partial', images: [{ width: 64 }] });
    expect(used).toEqual([{ images: { count: 1, size: '64x32' }, estimated: false }]);
  });
});

describe('Gemini', async () => {
  const bench = await createDrawBench({ wire: fakeGemini, config: (origin) => ({ type: 'gemini', baseUrl: origin }) });
  const { server, open, draw } = bench;
  afterEach(() => bench.finish());
  afterAll(() => server.close());

  it.each(['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'LANGUAGE', 'OTHER', undefined])(
    'refuses with %s, free of charge',
    async (finishReason) => {
      fakeGemini.finishReason = finishReason;
      const { models } = await open();
      server.world.ending = 'refused';
      const { result, used } = await draw(models, 'gemini-3.1-flash-image', {});
      expect(result?.outcome).toBe('refused');
      expect(used).toEqual([{ estimated: false }]);
    },
  );

  it('gets its key in a header and its images in the message', async () => {
    const { models } = await open();
    const work = { inputs: [pictureInput, pictureInput], aspect: '16:9' };
    await draw(models, 'gemini-3.1-flash-image', work);
    const inlineData = { mimeType: 'image/png' };
    expect(server.requests[0]).toMatchObject({
      headers: { 'x-goog-api-key': 'key-1' },
      body: {
        contents: [{ parts: [{ text: 'a cat' }, { inlineData }, { inlineData }] }],
        generationConfig: { imageConfig: { aspectRatio: '16:9' } },
      },
    });
  });
});
