import { UserError } from '../../../kernel/errors.ts';

/** Of each side, in pixels. */
const leastSide = 64;
const mostSide = 4096;
/** The longer side by the shorter one. */
const mostRatio = 4;

/**
 * Checks the width and height that were asked for, whatever way they came. Throws a UserError `bad-size`, `bad-aspect` or
 * `too-narrow`. What a single model takes is not checked here.
 */
export function checkShape({ size, aspect }: { size?: string | undefined; aspect?: string | undefined }): void {
  if (size !== undefined) {
    const sides = sidesOf(/^(\d{2,4})x(\d{2,4})$/, size);
    if (!sides?.every((side) => side >= leastSide && side <= mostSide)) {
      throw new UserError('bad-size', 'no size', { size: shown(size), least: leastSide, most: mostSide });
    }
    checkRatio(size, sides);
  }
  if (aspect !== undefined) {
    const sides = sidesOf(/^([1-9]\d?):([1-9]\d?)$/, aspect);
    if (!sides) throw new UserError('bad-aspect', 'no aspect', { aspect: shown(aspect) });
    checkRatio(aspect, sides);
  }
}

/** As it is compared: lower case, without spaces, with an `x`. */
export const plainSize = (text: string): string => text.toLowerCase().replaceAll(/\s/g, '').replace(/[×*]/, 'x');

function sidesOf(pattern: RegExp, text: string): number[] | undefined {
  return pattern.exec(text)?.slice(1).map(Number);
}

function checkRatio(shape: string, sides: readonly number[]): void {
  if (Math.max(...sides) <= mostRatio * Math.min(...sides)) return;
  throw new UserError('too-narrow', 'too narrow', { shape, most: mostRatio });
}

const shown = (text: string): string => text.replaceAll('`', "'").slice(0, 20);
