import { z } from 'zod';
import { drawModes } from './abilities.ts';

/** Providers that draw and do nothing else. */
export const drawingTypes = ['replicate', 'stability', 'fal', 'automatic1111', 'comfyui', 'submitted'] as const;

/** Those of them that need no key. */
const keyless: readonly string[] = ['automatic1111', 'comfyui', 'submitted'];

function whole(least: number, most: number) {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

const shape = (error: string, pattern: RegExp) => z.string({ error }).regex(pattern, { error });
const filled = shape('text that is not empty', /\S/);

/** What a model that draws takes, where it is not what Familiar knows of it: see `DrawAbilities` of the models. */
export const drawAbilities = z.strictObject({
  modes: z.array(z.enum(drawModes)).min(1).optional(),
  sizes: z.array(shape('a size such as 1024x1024', /^\d{2,4}x\d{2,4}$/)).optional(),
  aspects: z.array(shape('an aspect such as 16:9', /^[1-9]\d?:[1-9]\d?$/)).optional(),
  mostImages: whole(1, 10).optional(),
  mostInputs: whole(0, 16).optional(),
  mostInputPixels: whole(1, 100_000_000).optional(),
  promptCharacters: whole(1, 32_000).optional(),
  seed: z.boolean().optional(),
  negativePrompt: z.boolean().optional(),
  strength: z.boolean().optional(),
  styles: z.array(filled).optional(),
  previews: whole(0, 3).optional(),
  outpaints: z.enum(['margins', 'mask']).optional(),
  mask: z.enum(['transparent', 'white']).optional(),
  upscales: z.array(z.number().min(1).max(16)).min(1).optional(),
});

/** What a drawing has, by the names under which settings put it into requests. */
const drawFields = [
  ...['prompt', 'negativePrompt', 'find', 'image', 'images', 'mask', 'width', 'height', 'size', 'aspect'],
  ...['count', 'seed', 'strength', 'style', 'factor', 'mode', 'left', 'top', 'right', 'bottom'],
] as const;

const fieldName = z.enum(drawFields);

/** The model's own names of what it is told. An empty one leaves it out. */
export const fieldNames = z.partialRecord(fieldName, z.string());

/** One file that was saved for the API by ComfyUI, and which of its settings are what. */
export const comfyWorkflow = z.strictObject({
  name: shape('a name without spaces', /^[^\s/]+$/),
  file: filled,
  /** `6.text`: the node's number and the name of its input. */
  inputs: z.record(
    shape(
      'prompt, negativePrompt, seed, width, height, count, strength, factor, mask, or image, image2, …',
      /^[a-z][A-Za-z]*\d*$/,
    ),
    shape('the number of a node and its input, such as 6.text', /^[^.\s]+\.\S+$/),
  ),
  /** The node whose images are the result; all that are saved unless given. */
  output: filled.optional(),
  draws: drawAbilities.optional(),
});

const dotted = shape('names with dots between them, such as data.url', /^[^.\s]+(\.[^.\s]+)*$/);
const path = shape('a path that begins with /', /^\/\S*$/);
const request = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'DELETE']).optional(),
  path,
  /** With `{{prompt}}` and so on in its texts. */
  body: z.record(z.string(), z.json()).optional(),
});

/** A service that takes a request, works on it, and is asked for its result. */
export const submittedDrawing = z.strictObject({
  /** The header that carries the key, and what stands before it. */
  keyHeader: filled.default('authorization'),
  keyPrefix: z.string().default('Bearer '),
  submit: request,
  /** `{{id}}` is what `id` names in the answer to `submit`. */
  poll: request,
  cancel: request.optional(),
  everyMs: whole(200, 60_000).default(3000),
  id: dotted,
  status: dotted,
  done: z.array(filled).min(1),
  failed: z.array(filled).default(['failed', 'error']),
  /** Statuses of what the service won't draw. */
  refused: z.array(filled).default([]),
  cancelled: z.array(filled).default([]),
  /** One address, base64 text, or a list of those. */
  images: dotted,
  /** Whether a cancelled request costs what a finished one does. */
  chargesCancelled: z.boolean().default(true),
});

interface Written {
  type: string;
  baseUrl?: string | undefined;
  apiKeys: readonly string[];
  models?:
    readonly { name: string; abilities?: readonly unknown[] | undefined; svg?: boolean | undefined }[] | undefined;
  workflows?: readonly unknown[] | undefined;
  submitted?: unknown;
}

/** What is missing or in the wrong place of a provider that draws, in words. */
export function drawingProblems({ type, baseUrl, apiKeys, models, workflows, submitted }: Written): string[] {
  const problems: string[] = [];
  const draws = drawingTypes.some((known) => known === type);
  if (draws && !keyless.includes(type) && apiKeys.length === 0)
    problems.push('apiKeys is missing: a list with at least one key');
  if (type === 'submitted' && submitted === undefined)
    problems.push('submitted is missing: how the service is asked to draw');
  if (type === 'submitted' && baseUrl === undefined) problems.push('baseUrl is missing: where its paths begin');
  if (type === 'submitted' && models === undefined) problems.push('models is missing: a list with at least one name');
  if (type !== 'submitted' && submitted !== undefined) problems.push('submitted belongs to the type submitted');
  if (type !== 'comfyui' && workflows !== undefined) problems.push('workflows belong to the type comfyui');
  const silent = models?.find(({ abilities, svg }) => svg && (draws || abilities));
  if (silent) problems.push(`svg of ${silent.name} is for models that hold conversations`);
  return problems;
}
