import { UserError } from '../../kernel/errors.ts';
import { imageOf } from '../../platform/models/index.ts';
import type { DrawAbilities, DrawMode, DrawWork } from '../../platform/models/index.ts';

const wordless: readonly DrawMode[] = ['upscale', 'erase', 'remove-background', 'outpaint', 'vary'];

export function tooMuch(what: string, most: number): UserError {
  return new UserError(`paid.too-much.${what}`, `more than ${most} ${what}`, { most: most.toLocaleString('en-US') });
}

/** `inputCount`: how many inputs it is going to have, where they are not loaded yet. Then nothing is said of a mask. */
type CheckedWork = DrawWork & { inputCount?: number };

/** Whether the mode needs no prompt. */
export function worksWithoutWords({ mode }: Pick<DrawWork, 'mode'>): boolean {
  return mode !== undefined && wordless.includes(mode);
}

/**
 * Checks work against what the model takes. Throws a UserError `paid.cannot.…`, `paid.needs.…` or `paid.too-much.…` that
 * names what is allowed, and a RangeError for what only a program can ask for. A seed that a model has no use for is no
 * fault: results tell the seeds that were used.
 */
export function checkDrawing(work: CheckedWork, model: string, draws: DrawAbilities): void {
  const { inputs = [], inputCount = inputs.length, count = 1, style, strength } = work;
  const mode = work.mode ?? (inputCount === 0 ? 'generate' : 'edit');
  if (!draws.modes.includes(mode)) throw cannot('mode', { model, mode: spoken(mode), allowed: list(draws.modes) });
  checkShape(work, model, draws);
  checkImages(work, mode, model, draws);
  if (count > draws.mostImages) throw tooMuch('images', draws.mostImages);
  if (style !== undefined && !draws.styles.includes(style)) {
    if (draws.styles.length === 0) throw cannot('no-styles', { model });
    throw cannot('style', { model, style, allowed: list(draws.styles) });
  }
  if (strength !== undefined && !(strength >= 0 && strength <= 1)) throw new RangeError(`a strength of ${strength}`);
  if (strength !== undefined && !draws.strength) throw cannot('strength', { model });
  const negative = work.negativePrompt?.length ?? 0;
  const characters = draws.negativePrompt ? Math.max(work.prompt.length, negative) : work.prompt.length + negative;
  if (characters > draws.promptCharacters) throw tooMuch('characters', draws.promptCharacters);
  checkMode(work, mode, model, draws);
}

function checkShape({ size, aspect }: DrawWork, model: string, { sizes, aspects }: DrawAbilities): void {
  if (size !== undefined && sizes && !sizes.includes(size)) {
    if (sizes.length > 0) throw cannot('size', { model, size, allowed: list(sizes) });
    throw aspects?.length ? cannot('size', { model, size, allowed: list(aspects) }) : cannot('no-size', { model });
  }
  if (aspect !== undefined && aspects && !aspects.includes(aspect)) {
    if (aspects.length === 0) throw cannot('no-size', { model });
    throw cannot('aspect', { model, aspect, allowed: list(aspects) });
  }
}

function checkImages(
  { inputs = [], inputCount }: CheckedWork,
  mode: DrawMode,
  model: string,
  draws: DrawAbilities,
): void {
  const images = inputs.filter(({ role }) => role === 'image');
  const count = inputCount ?? images.length;
  if (mode !== 'generate' && count === 0) throw needs('image', { model });
  if (count > draws.mostInputs) {
    throw draws.mostInputs === 0 ? cannot('inputs', { model }) : tooMuch('input-images', draws.mostInputs);
  }
  const { mostInputPixels = Number.POSITIVE_INFINITY } = draws;
  for (const { bytes } of images) {
    const { width = 0, height = 0 } = imageOf(bytes) ?? {};
    if (width * height > mostInputPixels) throw tooMuch('megapixels', Math.round(mostInputPixels / 1e5) / 10);
  }
}

/** What single modes need. */
function checkMode(work: CheckedWork, mode: DrawMode, model: string, draws: DrawAbilities): void {
  const { margins, factor, find = '', inputs = [], inputCount } = work;
  const isLoaded = inputCount === undefined;
  const hasMask = inputs.some(({ role }) => role === 'mask');
  if (hasMask && !draws.mask) throw cannot('mask', { model });
  if (isLoaded && (mode === 'inpaint' || mode === 'erase') && !hasMask) throw needs('mask', { model });
  if (isLoaded && mode === 'outpaint') {
    if (draws.outpaints === 'mask' && !hasMask) throw new RangeError('a model that outpaints by a mask needs one');
    const sides = margins && [margins.left, margins.top, margins.right, margins.bottom];
    if (draws.outpaints !== 'mask' && !(sides?.every((side) => side >= 0) && sides.some((side) => side > 0))) {
      throw new RangeError('there are no margins');
    }
  }
  if (mode === 'replace' && find.trim() === '') throw needs('find', { model });
  if (mode === 'upscale' && factor !== undefined && draws.upscales && !draws.upscales.includes(factor)) {
    throw cannot('factor', { model, factor: `${factor}×`, allowed: list(draws.upscales.map((one) => `${one}×`)) });
  }
}

const spoken = (name: string): string => name.replaceAll('-', ' ');
const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

function cannot(what: string, details: Record<string, string>): UserError {
  return new UserError(`paid.cannot.${what}`, `a model that takes no such ${what}`, details);
}

function needs(what: string, details: Record<string, string>): UserError {
  return new UserError(`paid.needs.${what}`, `there is no ${what}`, details);
}
