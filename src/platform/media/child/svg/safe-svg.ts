import { isLayer, withoutNeedlessLayers } from './layers.ts';
import type { Part } from './part.ts';
import { broken, forbidden, readSvg, tooMuch } from './read-svg.ts';
import type { SvgNode } from './read-svg.ts';
import { attributes, drawnElements, followedElements, leftOutElements } from './vocabulary.ts';
import { properties, referringProperties } from './vocabulary.ts';

/** What drawings of language models keep below by far. */
const limits = { characters: 100_000, elements: 4000, nesting: 32, attributes: 40 };
/** With everything that is drawn by reference, as often as it is. */
const MOST_DRAWN = 20_000;
/** Each layer takes as long as a hundred shapes. */
const MOST_LAYER_PIXELS = 64_000_000;
const MOST_CHAIN = 400;
const MOST_TEXT = 2000;
const LONGEST_EDGE = 1024;
/** Of a canvas whose size nobody said. */
const MOST_ASPECT = 4;

export interface Canvas {
  width: number;
  height: number;
}

/**
 * A foreign SVG written again from what is known and harmless of it, so that the renderer sees nothing that was not checked: shapes,
 * texts and gradients, and references to its own elements. Filters are left out. Throws an ImageFailure: `media/svg-forbidden`
 * for scripts, styles, images, declarations and references to anything else, `media/svg-too-much` above the limits, references
 * counted as often as they are drawn, and `media/svg-broken`. Linear in its length.
 */
export function safeSvg(source: string, wanted?: Canvas): { svg: string; canvas: Canvas } {
  const root = readSvg(source, limits);
  if (root.name !== 'svg') throw broken(`it begins with <${root.name}>`);
  const part = partOf(root);
  withoutNeedlessLayers(part);
  const { box, canvas } = frameOf(root, wanted);
  checkSize(part, MOST_LAYER_PIXELS / (canvas.width * canvas.height));
  part.attributes = new Map([
    ['xmlns', 'http://www.w3.org/2000/svg'],
    ['viewBox', box],
    ['width', String(canvas.width)],
    ['height', String(canvas.height)],
    ...[...part.attributes].filter(([name]) => properties.has(name)),
  ]);
  return { svg: written(part), canvas };
}

function partOf({ name, attributes: given, children }: SvgNode): Part {
  const part: Part = { name, attributes: new Map(), children: [], refersTo: [] };
  for (const [attribute, value] of [...given, ...styleOf(given.get('style') ?? '')]) keep(part, attribute, value);
  for (const child of children) {
    if (typeof child === 'string') {
      if (name === 'text' || name === 'tspan') part.children.push(child);
    } else if (drawnElements.has(child.name)) part.children.push(partOf(child));
    else if (!leftOutElements.has(child.name)) throw forbidden(`<${child.name.slice(0, 40)}>`);
  }
  return part;
}

/** Properties of a `style`, which win over attributes. */
function styleOf(style: string): [name: string, value: string][] {
  return style
    .split(';')
    .map((declaration): [string, string] => {
      const [name = '', ...value] = declaration.split(':');
      return [
        name.trim(),
        value
          .join(':')
          .replace(/!\s*important\s*$/, '')
          .trim(),
      ];
    })
    .filter(([name]) => properties.has(name));
}

const reference = /^#([\w.:-]{1,100})$/;
const urls = /url\(\s*["']?#([\w.:-]{1,100})["']?\s*\)/g;

function keep(part: Part, name: string, value: string): void {
  if (name === 'href' || name === 'xlink:href') {
    const [, id] = reference.exec(value.trim()) ?? [];
    if (id === undefined) throw forbidden('a reference to something outside');
    if (!followedElements.has(part.name)) return;
    part.refersTo.push(id);
    part.attributes.set('href', `#${id}`);
    return;
  }
  if (!attributes.has(name) && !properties.has(name)) return;
  if (name === 'id' && !/^[\w.:-]{1,100}$/.test(value)) return;
  // Of escapes and comments renderers could make words that were not checked.
  if (/[&\\@\p{Cc}]|\/\*/u.test(value.replace(/[\n\r\t]/g, ' '))) {
    if (name === 'font-family') return;
    throw forbidden(`signs in ${name} that it can't have`);
  }
  const rest = value.replace(urls, (_match, id: string) => {
    part.refersTo.push(id);
    return '';
  });
  if (/url\s*\(/i.test(rest)) throw forbidden('a reference to something outside');
  if (rest !== value && !referringProperties.has(name)) throw forbidden(`a reference in ${name}`);
  part.attributes.set(name, value);
}

interface Drawn {
  elements: number;
  layers: number;
}

/** Counts what is drawn, and refuses references in circles. */
function checkSize(root: Part, mostLayers: number): void {
  const byId = new Map<string, Part>();
  let texts = 0;
  const collect = (part: Part): void => {
    const id = part.attributes.get('id');
    // Renderers differ in which of two they take; this is the one that was counted.
    if (id !== undefined && byId.has(id)) part.attributes.delete('id');
    else if (id !== undefined) byId.set(id, part);
    for (const child of part.children) {
      if (typeof child !== 'string') collect(child);
      else texts += child.length;
    }
  };
  collect(root);
  if (texts > MOST_TEXT) throw tooMuch('letters');
  const known = new Map<Part, Drawn | 'open'>();
  const drawn = (part: Part, chain: number): Drawn => {
    const counted = known.get(part);
    if (counted === 'open') throw forbidden('references in a circle');
    if (counted !== undefined) return counted;
    if (chain > MOST_CHAIN) throw tooMuch('references');
    known.set(part, 'open');
    const parts = part.children.filter((child) => typeof child !== 'string');
    const referred = part.refersTo.map((id) => byId.get(id)).filter((target) => target !== undefined);
    const sum: Drawn = { elements: 1, layers: isLayer(part) ? 1 : 0 };
    for (const one of [...parts, ...referred]) {
      const { elements, layers } = drawn(one, chain + 1);
      sum.elements += elements;
      sum.layers += layers;
    }
    if (sum.elements > MOST_DRAWN) throw tooMuch('elements drawn by reference');
    if (sum.layers > mostLayers) throw tooMuch('transparent groups and masks');
    known.set(part, sum);
    return sum;
  };
  drawn(root, 0);
}

/** Its coordinates, and the size in pixels. */
function frameOf({ attributes: given }: SvgNode, wanted: Canvas | undefined): { box: string; canvas: Canvas } {
  const numbers = (text: string): number[] =>
    text
      .trim()
      .split(/[\s,]+/)
      .map(Number);
  const sizes = [given.get('width') ?? '', given.get('height') ?? ''].map((text) => Number(text.replace(/px$/, '')));
  const [x, y, width, height] = given.has('viewBox') ? numbers(given.get('viewBox') ?? '') : [0, 0, ...sizes];
  const isUsable = [x, y, width, height].every((one) => one !== undefined && Math.abs(one) <= 1_000_000);
  if (!isUsable || !width || !height || width <= 0 || height <= 0) throw broken('it has no size');
  const aspect = Math.min(MOST_ASPECT, Math.max(1 / MOST_ASPECT, width / height));
  const edges = { width: LONGEST_EDGE * Math.min(1, aspect), height: LONGEST_EDGE / Math.max(1, aspect) };
  const canvas = wanted ?? { width: Math.round(edges.width), height: Math.round(edges.height) };
  return { box: [x, y, width, height].join(' '), canvas };
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function written({ name, attributes: kept, children }: Part): string {
  const inTag = [...kept].map(([attribute, value]) => ` ${attribute}="${escaped(value)}"`).join('');
  const inside = children.map((child) => (typeof child === 'string' ? escaped(child) : written(child))).join('');
  return `<${name}${inTag}>${inside}</${name}>`;
}
