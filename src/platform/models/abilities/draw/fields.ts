import { recordOf } from '../../failure.ts';
import type { ProviderConfig } from '../../../config/index.ts';
import type { DrawAbilities, DrawWork } from '../port.ts';
import { aspectNear, fullPrompt } from './work.ts';

type Field = keyof NonNullable<NonNullable<ProviderConfig['models']>[number]['fields']>;

/** A model's own names of what it is told. What has no name is not sent. */
export type FieldNames = Readonly<Partial<Record<Field, string>>>;

/** Images in the form in which the provider takes them. */
export interface SentImages {
  images: readonly unknown[];
  mask?: unknown;
}

/** The settings may name more, and take names away by an empty one. */
export function namesOf(known: FieldNames, model: string, { models = [] }: ProviderConfig): FieldNames {
  const { fields = {} } = models.find(({ name }) => name === model) ?? {};
  const all = Object.entries({ ...known, ...fields }).filter(([, name]) => name !== '');
  return Object.fromEntries(all);
}

/** The input of a model: what the work says, under the model's names. */
export function inputOf(
  work: DrawWork,
  names: FieldNames,
  { aspects }: DrawAbilities,
  { images, mask }: SentImages,
): Record<string, unknown> {
  const prompt = names.negativePrompt === undefined ? fullPrompt(work) : work.prompt;
  const [width, height] = work.size?.split('x').map(Number) ?? [];
  const values: Partial<Record<Field, unknown>> = {
    ...{ prompt: prompt === '' ? undefined : prompt, negativePrompt: work.negativePrompt, find: work.find },
    ...{ image: images[0], images: images.length === 0 ? undefined : images, mask },
    ...{ width, height, size: work.size, aspect: aspectNear(work, aspects) },
    ...{ count: work.count, seed: work.seed, strength: work.strength, style: work.style, factor: work.factor },
    ...{ mode: work.mode, ...work.margins },
  };
  const input = Object.entries(names).map(([field, name]): [string, unknown] => [name, values[field as Field]]);
  return { ...Object.fromEntries(input.filter(([, value]) => value !== undefined)), ...work.options };
}

/** Addresses and data URLs, wherever a result has them: alone, in a list, in records under `url` or `image`. */
export function addressesIn(output: unknown, depth = 0): string[] {
  if (depth > 4) return [];
  if (typeof output === 'string') return /^(https?:|data:image\/)/.test(output) ? [output] : [];
  if (Array.isArray(output)) return (output as unknown[]).slice(0, 20).flatMap((one) => addressesIn(one, depth + 1));
  const fields = recordOf(output) ?? {};
  const { url, images, image, output: inner } = fields;
  return [url, images, image, inner].flatMap((one) => addressesIn(one, depth + 1));
}
