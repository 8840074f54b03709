import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createDrawBench, createEagerClock, drawContract, pictureInput } from '../../../../testing/draw-contract.ts';
import { FakeAutomatic1111 } from '../../../../testing/draw/automatic1111.ts';
import { FakeComfyUi, workflowFile } from '../../../../testing/draw/comfyui.ts';
import { fakeSubmitted } from '../../../../testing/draw/submitted.ts';
import { plainPng } from '../../../../testing/pictures.ts';
import type { PaintOptions } from '../../../media/index.ts';
import { paintDrawing, PAINTER_MODEL } from './demo.ts';

await drawContract({
  ...{ name: 'Automatic1111', wire: new FakeAutomatic1111(), previews: true, neverRefuses: true },
  ...{ begins: /^POST .*2img$/, asks: /^POST .*2img$/, cancels: { match: /\/interrupt$/, charged: 2 } },
  config: (origin) => ({ type: 'automatic1111', baseUrl: origin, apiKeys: ['me:secret'] }),
  models: { generate: 'dreamer', vary: 'dreamer', inpaint: 'loaded', outpaint: 'dreamer', upscale: 'loaded' },
});

const comfy = (origin: string) => ({
  ...{ type: 'comfyui' as const, baseUrl: origin, apiKeys: [] },
  workflows: [
    { name: 'paint', file: workflowFile(), inputs: { prompt: '6.text', seed: '3.seed', width: '5.width' } },
    { name: 'mix', file: workflowFile(), inputs: { prompt: '6.text', image: '10.image', image2: '11.image' } },
    {
      name: 'patch',
      file: workflowFile(),
      inputs: { prompt: '6.text', image: '10.image', mask: '11.image' },
      output: '9',
    },
  ],
});

await drawContract({
  ...{ name: 'ComfyUI', wire: new FakeComfyUi(), config: comfy, previews: true, neverRefuses: true },
  ...{ begins: /^POST \/prompt$/, asks: /^GET \/history/, cancels: { match: /^POST \/interrupt$/, charged: 2 } },
  models: { generate: 'paint', edit: 'mix', inpaint: 'patch', outpaint: 'patch' },
});

const imagine = {
  ...{ keyHeader: 'x-api-key', keyPrefix: '', everyMs: 3000, id: 'task.id', status: 'status', images: 'result.urls' },
  submit: {
    path: '/imagine',
    body: { prompt: 'Draw {{prompt}} now', seed: '{{seed}}', refs: '{{images}}', nested: { wide: '{{width}}' } },
  },
  poll: { path: '/tasks/{{id}}' },
  cancel: { method: 'DELETE' as const, path: '/tasks/{{id}}' },
  ...{ done: ['finished'], failed: ['failed'], refused: ['banned'], cancelled: ['cancelled'], chargesCancelled: false },
};
const studio = (origin: string) => ({
  ...{ type: 'submitted' as const, baseUrl: origin, submitted: imagine },
  models: [{ name: 'painter', draws: { modes: ['generate' as const, 'edit' as const], mostInputs: 4, seed: true } }],
});

await drawContract({
  ...{ name: 'a service of the settings', wire: fakeSubmitted, config: studio, gives: 'addresses' },
  ...{ begins: /^POST \/imagine$/, asks: /^GET \/tasks/, cancels: { match: /^DELETE \/tasks/, charged: 0 } },
  models: { generate: 'painter', edit: 'painter' },
});

it('a service of the settings is asked as those say, without what the work leaves out', async () => {
  const { server, open, draw, finish } = await createDrawBench({ wire: fakeSubmitted, config: studio });
  const { models } = await open();
  await draw(models, 'painter', { size: '640x480' });
  expect(server.requests[0]).toMatchObject({ headers: { 'x-api-key': 'key-1' } });
  expect(server.requests[0]?.body).toEqual({ prompt: 'Draw a cat now', nested: { wide: 640 } });
  await finish();
  await server.close();
});

describe('ComfyUI', async () => {
  const wire = new FakeComfyUi();
  const bench = await createDrawBench({ wire, config: comfy });
  const { server, open, draw } = bench;
  afterEach(() => bench.finish());
  afterAll(() => server.close());

  it('gets the workflow with its inputs, a seed of its own unless one is given, and the names of uploads', async () => {
    const { models } = await open();
    const { result } = await draw(models, 'paint', { size: '640x480', seed: 7 });
    expect(result?.images).toMatchObject([{ seed: 7, width: 64 }]);
    await draw(models, 'mix', { inputs: [pictureInput, pictureInput] });
    const [first, second] = server.requests.filter(({ path }) => path === '/prompt');
    expect(first?.body['prompt']).toMatchObject({
      ...{ '3': { inputs: { seed: 7, steps: 20 } }, '5': { inputs: { width: 640, height: 512 } } },
      '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a cat' } },
    });
    expect(second?.body['prompt']).toMatchObject({
      '10': { inputs: { image: expect.stringMatching(/^familiar-image-.*png$/) as string } },
      '11': { inputs: { image: expect.stringMatching(/^familiar-image2-.*png$/) as string } },
    });
  });

  it('draws without a WebSocket, too', async () => {
    wire.sockets = false;
    const { models } = await open();
    const { result, previews } = await draw(models, 'paint', { previews: 2 });
    expect(result?.outcome).toBe('done');
    expect(previews).toEqual([]);
    wire.sockets = true;
  });

  it('takes what waits out of its queue when that is given up, and stops only its own', async () => {
    const { models } = await open();
    server.world.ending = 'never';
    const gone = new AbortController();
    const drawing = draw(models, 'paint', { count: 2 }, { signal: gone.signal });
    await Promise.all([server.requested(/history\/job-1/), server.requested(/history\/job-2/)]);
    gone.abort(new Error('changed my mind'));
    await drawing;
    const sent = (path: string) => server.requests.filter((one) => one.method === 'POST' && one.path === path);
    expect(sent('/interrupt').map(({ body }) => body)).toEqual([{ prompt_id: 'job-1' }]);
    expect(sent('/queue').map(({ body }) => body)).toEqual([{ delete: ['job-2'] }]);
  });

  it.each([
    ['is missing', { file: '/nowhere/workflow.json' }, /can't be used: it cannot be read/],
    ['lacks a node', { file: workflowFile(), inputs: { prompt: '77.text' } }, /it has no node 77/],
  ])('a workflow that %s is told to the owner, and nothing is sent', async (_what, changes, message) => {
    const workflows = [{ name: 'paint', inputs: {}, ...changes }];
    const { models } = await open({ workflows });
    const { error, used } = await draw(models, 'paint', {});
    expect(String(error)).toMatch(message);
    expect(used).toEqual([{ estimated: false }]);
    expect(server.requests.filter(({ path }) => path === '/prompt')).toEqual([]);
  });
});

it('Automatic1111 stops only what is its own', async () => {
  const wire = new FakeAutomatic1111();
  const config = (origin: string) => ({ type: 'automatic1111' as const, baseUrl: origin, apiKeys: [] });
  const { server, open, draw, finish } = await createDrawBench({ wire, config });
  const { models, clock } = await open();
  server.fail(/2img$/, { hang: true });
  const gone = new AbortController();
  const drawing = draw(models, 'dreamer', { size: '1000x500', negativePrompt: 'dogs' }, { signal: gone.signal });
  const { body } = await server.requested(/2img$/);
  expect(body).toMatchObject({ width: 1000, height: 504, negative_prompt: 'dogs', batch_size: 1, seed: -1 });
  expect(body).toMatchObject({ override_settings: { sd_model_checkpoint: 'dreamer' } });
  gone.abort(new Error('changed my mind'));
  await drawing;
  // Another's work runs, as far as the server says.
  await server.requested(/progress$/);
  await clock.advance(0);
  expect(server.requests.filter(({ path }) => path.endsWith('/interrupt'))).toEqual([]);
  await finish();
  await server.close();
});

describe('the built-in painter', () => {
  const made = { bytes: plainPng(8, 8), contentType: 'image/png', width: 8, height: 8 };
  const painted: unknown[] = [];
  const begunWith: boolean[] = [];
  const painter = {
    paint: async ({ width, height, seed, margins, base }: PaintOptions) => {
      painted.push([width, height, seed, ...(margins ? [margins] : [])]);
      begunWith.push(base !== undefined);
      return made;
    },
    scale: async (_file: Uint8Array, factor: number) => {
      painted.push(factor);
      return made;
    },
    rasterise: async () => made,
  };
  let chance = 0.5;
  const paint = async (work: object): Promise<unknown[]> => {
    painted.length = 0;
    const signal = new AbortController().signal;
    const call = { model: PAINTER_MODEL, most: { estimated: false }, signal, prompt: 'a cat', ...work };
    const around = { clock: createEagerClock(), random: { next: () => chance }, closing: signal };
    for await (const event of paintDrawing(painter, call, around)) {
      expect(event).toMatchObject({ type: 'finish', outcome: 'done' });
    }
    return [...painted];
  };

  it('paints the same for the same seed, another image each time and for each of several, in the size that is asked for', async () => {
    const [first, second] = (await paint({ count: 2, size: '512x256' })) as [number[], number[]];
    expect(first.slice(0, 2)).toEqual([512, 256]);
    expect(second[2]).toBe((first[2] ?? 0) + 1);
    const seed = Number(first[2]);
    chance = 0.25;
    expect(await paint({ size: '512x256' })).not.toEqual([first]);
    expect(await paint({ size: '512x256', seed })).toEqual([first]);
    expect(await paint({ seed: 9 })).toEqual([[1024, 1024, 9]]);
  });

  it('varies a picture by its words where it has some, and by itself where it has none', async () => {
    begunWith.length = 0;
    const vary = { mode: 'vary', inputs: [pictureInput], seed: 1 };
    expect(await paint({ ...vary, prompt: 'a cat' })).toEqual([[64, 64, 1]]);
    expect(await paint({ ...vary, prompt: '' })).toEqual([[64, 64, 1]]);
    expect(begunWith).toEqual([false, true]);
  });

  it('keeps the size of what it begins with, paints on around it, and enlarges', async () => {
    expect(await paint({ inputs: [pictureInput], seed: 1 })).toEqual([[64, 64, 1]]);
    const margins = { left: 32, top: 0, right: 0, bottom: 16 };
    const outpaint = { mode: 'outpaint', inputs: [pictureInput], margins, seed: 1 };
    expect(await paint(outpaint)).toEqual([[96, 80, 1, margins]]);
    expect(await paint({ mode: 'upscale', factor: 4, inputs: [pictureInput] })).toEqual([4]);
  });
});
