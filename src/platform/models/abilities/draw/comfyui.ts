import { randomInt, randomUUID } from 'node:crypto';
import { modelError, ProviderReport } from '../../errors.ts';
import { recordOf, textOf } from '../../failure.ts';
import { lingering, unreadable } from '../call.ts';
import type { Attempt } from '../call.ts';
import type { DrawAbilities, DrawEvent, DrawnImage, DrawWork } from '../port.ts';
import { ask, askFields, basicOrBearer, bytesAt, imageFrom, MOST_BYTES } from './ask.ts';
import type { Asked } from './ask.ts';
import { comfyEvents } from './comfyui-events.ts';
import type { ComfyEvents } from './comfyui-events.ts';
import { readWorkflow, workflowOf } from './comfyui-workflow.ts';
import type { WorkflowConfig } from './comfyui-workflow.ts';
import { poll } from './poll.ts';
import { oneByOne, together } from './together.ts';
import type { Drawn } from './together.ts';
import type { DrawWire } from './wire.ts';
import { fileOf, imagesOf, maskOf, pixelsOf } from './work.ts';

const FIRST_POLL_MS = 1000;
const MOST_POLL_MS = 5000;
const SEEDS = 2 ** 32;

async function* draw(attempt: Attempt, work: DrawWork, modelId: string): AsyncGenerator<DrawEvent, void> {
  const workflow = workflowOf(attempt);
  const requests =
    workflow.inputs['count'] === undefined
      ? oneByOne(work, (one, tell) => request(attempt, workflow, one, tell))
      : [(tell: (image: DrawnImage) => void) => request(attempt, workflow, work, tell)];
  yield* together(attempt, { modelId, work }, requests);
}

const fieldsAt = async (attempt: Attempt, asked: Asked): Promise<Record<string, unknown>> =>
  (await askFields(attempt, { ...asked, authorize: basicOrBearer, most: MOST_BYTES })).fields;

async function request(
  attempt: Attempt,
  workflow: WorkflowConfig,
  work: DrawWork,
  tell: (image: DrawnImage) => void,
): Promise<Drawn> {
  // Without a seed of its own the server would find the same work done, and give nothing.
  const seed = work.seed ?? randomInt(SEEDS);
  const prompt = await readWorkflow(attempt, workflow, await valuesOf(attempt, workflow, work, seed));
  const client = randomUUID();
  const events = (work.previews ?? 0) > 0 ? await comfyEvents(attempt, client, tell) : undefined;
  const body = { ...work.options, prompt, client_id: client };
  const begun = fieldsAt(attempt, { method: 'POST', path: '/prompt', body, signal: lingering(attempt) }).then(
    (fields) => idIn(attempt, fields),
  );
  attempt.onLeave(async (signal) => {
    await cancel(attempt, await begun, signal);
    return undefined;
  });
  try {
    return await finish(attempt, workflow, await begun, { events, seed });
  } finally {
    events?.close();
  }
}

function idIn({ provider }: Attempt, { prompt_id: id }: Record<string, unknown>): string {
  if (typeof id !== 'string') throw unreadable(provider, 'something that is no result');
  return id;
}

async function valuesOf(
  attempt: Attempt,
  { inputs }: WorkflowConfig,
  work: DrawWork,
  seed: number,
): Promise<Record<string, unknown>> {
  const { width, height } = pixelsOf(work) ?? {};
  const mask = maskOf(work);
  const images: Record<string, string> = {};
  for (const [index, bytes] of imagesOf(work).entries()) {
    const name = index === 0 ? 'image' : `image${index + 1}`;
    if (inputs[name] !== undefined) images[name] = await upload(attempt, bytes, name);
  }
  return {
    ...{ prompt: work.prompt, negativePrompt: work.negativePrompt ?? '', seed, width, height, count: work.count ?? 1 },
    ...{ strength: work.strength, factor: work.factor, find: work.find, ...work.margins, ...images },
    ...(mask && inputs['mask'] !== undefined && { mask: await upload(attempt, mask, 'mask') }),
  };
}

async function upload(attempt: Attempt, bytes: Uint8Array, role: string): Promise<string> {
  const body = new FormData();
  body.set('image', ...fileOf(bytes, `familiar-${role}-${randomUUID()}`));
  body.set('type', 'input');
  const { name, subfolder } = await fieldsAt(attempt, { method: 'POST', path: '/upload/image', body });
  if (typeof name !== 'string') throw unreadable(attempt.provider, 'no name of the image that it was sent');
  return textOf(subfolder) === '' ? name : `${textOf(subfolder)}/${name}`;
}

/** Only its own: without looking, `/interrupt` of older servers stops whatever is running. */
async function cancel(attempt: Attempt, id: string, signal: AbortSignal): Promise<void> {
  const send = async (path: string, body: Record<string, unknown>): Promise<void> => {
    const response = await ask(attempt, { method: 'POST', path, body, authorize: basicOrBearer, signal });
    await response.body?.cancel();
  };
  const queue = await fieldsAt(attempt, { path: '/queue', signal });
  const has = (list: unknown): boolean =>
    Array.isArray(list) && (list as unknown[]).some((entry) => Array.isArray(entry) && entry[1] === id);
  if (has(queue['queue_running'])) await send('/interrupt', { prompt_id: id });
  else if (has(queue['queue_pending'])) await send('/queue', { delete: [id] });
}

async function finish(
  attempt: Attempt,
  { output }: WorkflowConfig,
  id: string,
  { events, seed }: { events: ComfyEvents | undefined; seed: number },
): Promise<Drawn> {
  const look = async () => recordOf((await fieldsAt(attempt, { path: `/history/${encodeURIComponent(id)}` }))[id]);
  const listen = events?.onChange;
  const entry = await poll(attempt, { firstMs: FIRST_POLL_MS, mostMs: MOST_POLL_MS, listen, look });
  const { status_str: state, messages } = recordOf(entry['status']) ?? {};
  if (state === 'error') throw failureIn(attempt, messages);
  const images: DrawnImage[] = [];
  for (const file of filesIn(recordOf(entry['outputs']) ?? {}, output)) {
    const bytes = await bytesAt(attempt, `${attempt.baseUrl}/view?${file.toString()}`, basicOrBearer);
    images.push(imageFrom(attempt, bytes, { seed }));
  }
  if (images.length === 0) throw unreadable(attempt.provider, 'no images');
  return { images };
}

/** An interrupted one is told as an error, too. */
function failureIn({ provider }: Attempt, messages: unknown): Error {
  const list = Array.isArray(messages) ? (messages as unknown[]) : [];
  const events = list.filter((entry): entry is [string, unknown] => Array.isArray(entry));
  if (events.some(([name]) => name === 'execution_interrupted')) {
    return modelError('model/failed', `${provider}: the work was stopped there`, { retryable: false });
  }
  const error = recordOf(events.find(([name]) => name === 'execution_error')?.[1]) ?? {};
  const { exception_type: code, exception_message: message } = error;
  const body = JSON.stringify({ error: { message: textOf(message).slice(0, 2000), code } });
  return new ProviderReport({ body, turnedAway: false });
}

/** Queries of `/view`: what nodes save, and where none of them saves what they only show. */
function filesIn(outputs: Record<string, unknown>, node: string | undefined): URLSearchParams[] {
  const entries = node === undefined ? Object.values(outputs) : [outputs[node]];
  const files = entries.flatMap((entry) => {
    const images = recordOf(entry)?.['images'];
    return Array.isArray(images) ? (images as unknown[]).map(recordOf).filter((file) => file !== undefined) : [];
  });
  const saved = files.filter(({ type }) => type === 'output');
  return (saved.length > 0 ? saved : files).slice(0, 10).map(({ filename, subfolder, type }) => {
    return new URLSearchParams({ filename: textOf(filename), subfolder: textOf(subfolder), type: textOf(type) });
  });
}

/** What a workflow takes follows from the inputs that are named. */
const describe: DrawWire['describe'] = (model, { workflows = [] }) => {
  const { inputs = {}, draws = {} } = workflows.find(({ name }) => name === model) ?? {};
  const has = (name: string): boolean => inputs[name] !== undefined;
  const images = Object.keys(inputs).filter((name) => /^image\d*$/.test(name)).length;
  const modes: DrawAbilities['modes'] = has('mask')
    ? ['inpaint', 'outpaint']
    : images > 0
      ? ['edit', 'vary']
      : ['generate'];
  const known: DrawAbilities = {
    ...{ modes, mostImages: 4, mostInputs: images, promptCharacters: 10_000, previews: 3, styles: [] },
    ...{ seed: has('seed'), negativePrompt: has('negativePrompt'), strength: has('strength') },
    ...(!has('width') && { sizes: [], aspects: [] }),
    ...(has('mask') && { outpaints: 'mask', mask: 'transparent' }),
  };
  const said = Object.fromEntries(Object.entries(draws).filter(([, value]) => value !== undefined));
  return { ...known, ...said };
};

/** ComfyUI. Its models are the workflows of the settings. */
export const comfyui: DrawWire = {
  draw,
  describe,
  names: ({ workflows = [] }) => workflows.map(({ name }) => name),
};
