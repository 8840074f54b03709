import type { AbilityWork } from '../../../sdk/index.ts';
import type { ImageRequest } from '../request.ts';

/** What a model is asked for, without images. */
export function workOf(request: ImageRequest): AbilityWork['draw'] & { pricedAs?: string } {
  const { mode, prompt, negativePrompt, find, count, size, aspect, style, seed, strength, factor, options } = request;
  return {
    ...{ mode, prompt, count, options, timeoutMs: request.seconds * 1000 },
    ...(negativePrompt !== undefined && { negativePrompt }),
    ...(find !== undefined && { find }),
    ...(size !== undefined && { size }),
    ...(aspect !== undefined && { aspect }),
    ...(style !== undefined && { style }),
    ...(seed !== undefined && { seed }),
    ...(strength !== undefined && { strength }),
    ...(factor !== undefined && { factor }),
    ...(request.prefix !== undefined && { pricedAs: request.prefix }),
  };
}
