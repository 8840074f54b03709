/** What of SVG is drawn. Names that are in none of these lists are refused. */
export const drawnElements: ReadonlySet<string> = new Set([
  ...['g', 'defs', 'symbol', 'use', 'path', 'rect', 'circle', 'ellipse', 'line', 'polyline', 'polygon'],
  ...['text', 'tspan', 'linearGradient', 'radialGradient', 'stop', 'clipPath', 'mask'],
]);

/** Left out with all that is in them: they show nothing by themselves, and an image without them is still one. */
export const leftOutElements: ReadonlySet<string> = new Set([
  ...['title', 'desc', 'metadata', 'animate', 'animateTransform', 'animateMotion', 'set'],
  ...['filter', 'marker'],
]);

/** Elements whose `href` is followed. */
export const followedElements: ReadonlySet<string> = new Set(['use', 'linearGradient', 'radialGradient']);

/** Properties that may refer to an element by `url(#id)`. */
export const referringProperties: ReadonlySet<string> = new Set(['fill', 'stroke', 'clip-path', 'mask']);

/** They may stand in `style`, too. */
export const properties: ReadonlySet<string> = new Set([
  ...referringProperties,
  ...['fill-opacity', 'fill-rule', 'stroke-width', 'stroke-opacity', 'stroke-linecap', 'stroke-linejoin'],
  ...['stroke-miterlimit', 'stroke-dasharray', 'stroke-dashoffset', 'opacity', 'color', 'display', 'visibility'],
  ...['stop-color', 'stop-opacity', 'clip-rule', 'font-family', 'font-size', 'font-weight', 'font-style'],
  ...['text-anchor', 'dominant-baseline', 'letter-spacing', 'word-spacing', 'text-decoration', 'paint-order'],
]);

/** Attributes that are neither a property nor a reference. All others are left out. */
export const attributes: ReadonlySet<string> = new Set([
  ...['id', 'x', 'y', 'x1', 'y1', 'x2', 'y2', 'cx', 'cy', 'r', 'rx', 'ry', 'fx', 'fy', 'fr', 'width', 'height'],
  ...['d', 'points', 'dx', 'dy', 'rotate', 'textLength', 'lengthAdjust', 'transform', 'viewBox'],
  ...['preserveAspectRatio', 'offset', 'gradientUnits', 'gradientTransform', 'spreadMethod', 'clipPathUnits'],
  ...['maskUnits', 'maskContentUnits'],
]);
