import type { Part } from './part.ts';

/** Drawn at once, so that their opacity can be that of their colours. */
const plain: ReadonlySet<string> = new Set([
  ...['path', 'rect', 'circle', 'ellipse', 'line', 'polyline', 'polygon', 'text', 'tspan'],
]);
const ofColours = ['fill-opacity', 'stroke-opacity'] as const;

type Opacities = Readonly<Record<(typeof ofColours)[number], number>>;

/**
 * Gives the opacity of shapes and texts to their colours: a renderer needs a layer of the whole canvas for every other one,
 * which takes longer than all shapes of a drawing. Where a shape's line and its inside overlap, it looks slightly different.
 */
export function withoutNeedlessLayers(
  part: Part,
  inherited: Opacities = { 'fill-opacity': 1, 'stroke-opacity': 1 },
): void {
  const { attributes } = part;
  const opacity = fraction(attributes.get('opacity')) ?? 1;
  attributes.delete('opacity');
  const own = { ...inherited };
  for (const name of ofColours) {
    own[name] = fraction(attributes.get(name)) ?? inherited[name];
    if (plain.has(part.name)) own[name] *= opacity;
    if (own[name] !== inherited[name]) attributes.set(name, String(own[name]));
    else attributes.delete(name);
  }
  if (opacity < 1 && !plain.has(part.name)) attributes.set('opacity', String(opacity));
  for (const child of part.children) if (typeof child !== 'string') withoutNeedlessLayers(child, own);
}

/** Whether the renderer puts it on a layer of its own. */
export function isLayer({ attributes }: Part): boolean {
  return attributes.has('opacity') || attributes.has('mask');
}

/** 0 to 1; undefined for what is no number. */
function fraction(text = ''): number | undefined {
  const written = text.trim();
  const isPercent = written.endsWith('%');
  const number = Number(isPercent ? written.slice(0, -1) : written) / (isPercent ? 100 : 1);
  return written === '' || Number.isNaN(number) ? undefined : Math.min(1, Math.max(0, number));
}
