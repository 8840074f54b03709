import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../kernel/logger.ts';
import { createImageWork } from './index.ts';
import type { PooledImageWork } from './index.ts';
import { never } from './testing/work.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let work: PooledImageWork;
beforeAll(async () => {
  work = createImageWork({ logger: silentLogger, preload: 'rasterise' });
  await work.rasterise({ svg: svg('') }, never);
});
afterAll(() => work.close());

const svg = (inner: string, attributes = 'viewBox="0 0 100 50"'): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${inner}</svg>`;

async function pixel(bytes: Uint8Array, left: number, top: number): Promise<number[]> {
  const raw = await sharp(bytes).extract({ left, top, width: 1, height: 1 }).raw().toBuffer();
  return [...raw];
}

const answer = (drawing: string) =>
  work.rasterise({ svg: drawing }, never).then(
    () => 'drawn',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );

describe('an SVG', () => {
  it('becomes a PNG of its own proportions', async () => {
    const drawing = `<?xml version="1.0" encoding="UTF-8"?>\n<!-- a sunset -->
${svg(`<title>Sunset</title><defs><linearGradient id="sky"><stop offset="0" stop-color="#f00"/><stop offset="1" stop-color="#f00"/></linearGradient>
<g id="sun"><circle cx="75" cy="25" r="10" style="fill: #0f0 !important; filter: blur(2px)"/></g></defs>
<rect width="100" height="50" fill="url(#sky)" onclick="x()" data-a="b &amp; c"/><use xlink:href="#sun"/>
<filter id="blur"><feGaussianBlur stdDeviation="999"/></filter><text x="5" y="20" filter="url(#blur)" font-family="&quot;A&quot;">A &lt;b&gt; &#38; c</text><animate attributeName="x"/>`)}`;
    const { bytes, ...made } = await work.rasterise({ svg: drawing }, never);
    expect(made).toEqual({ contentType: 'image/png', width: 1024, height: 512 });
    expect(await pixel(bytes, 10, 500)).toEqual([255, 0, 0, 255]);
    expect(await pixel(bytes, 768, 256)).toEqual([0, 255, 0, 255]);
  });

  it('keeps the opacity of shapes, of what they inherit, and of groups', async () => {
    const drawing = svg(`<rect width="100" height="50" fill="#fff"/><g fill-opacity="50%" opacity="0.5">
<rect width="50" height="50" opacity="0.5"/><rect x="50" width="50" height="50" style="opacity: 1"/></g>`);
    const { bytes } = await work.rasterise({ svg: drawing }, never);
    const shades = [await pixel(bytes, 10, 10), await pixel(bytes, 800, 10)].map(([red = 0]) => Math.round(red / 16));
    // An eighth and a quarter of black over white.
    expect(shades).toEqual([14, 12]);
  });

  it('of two hundred shapes that let others shine through is drawn in time', async () => {
    const shapes = Array.from({ length: 200 }, (_, n) => `<circle cx="${n % 100}" cy="25" r="9" opacity="0.4"/>`);
    expect(await answer(svg(shapes.join('')))).toBe('drawn');
  });

  it('fits into the canvas that is asked for, of at most 2048 pixels a side', async () => {
    const canvas = { width: 300, height: 300 };
    const { bytes, ...made } = await work.rasterise({ svg: svg('<rect width="100" height="50"/>'), canvas }, never);
    expect(made).toMatchObject(canvas);
    expect(await pixel(bytes, 150, 150)).toEqual([0, 0, 0, 255]);
    expect(await pixel(bytes, 150, 10)).toEqual([0, 0, 0, 0]);
    await expect(work.rasterise({ svg: svg(''), canvas: { width: 2049, height: 9 } }, never)).rejects.toMatchObject({
      code: 'media/too-large',
    });
  });

  it('opens no way for files that pass for another format', async () => {
    const file = Buffer.concat([Buffer.from('GIF89a'), Buffer.from(svg('<rect/>'))]);
    await expect(work.inspect(file, never)).rejects.toMatchObject({ code: 'media/unreadable' });
  });
});

/** Each level draws the one before ten times. */
const laughs = (link: (id: string) => string): string =>
  svg(
    `<defs><g id="l0"><rect width="1" height="1"/></g>${Array.from(
      { length: 8 },
      (_, level) => `<g id="l${level + 1}">${link(`l${level}`).repeat(10)}</g>`,
    ).join('')}</defs>${link('l8')}`,
  );
const use = (id: string): string => `<use href="#${id}"/>`;

describe('a hostile SVG', () => {
  it.each<[string, string]>([
    ['a document type', `<!DOCTYPE svg [<!ENTITY a "b">]>${svg('')}`],
    ['an entity', svg('<text>&a;</text>')],
    ['CDATA', svg('<text><![CDATA[<script/>]]></text>')],
    ['an instruction', svg('<?xml-stylesheet href="http://a.example"?>')],
    ['a script', svg('<script>alert(1)</script>')],
    ['foreign HTML', svg('<foreignObject><p>hi</p></foreignObject>')],
    ['an image in it', svg('<image href="data:image/png;base64,AAAA"/>')],
    ['a style sheet', svg('<style>@import "http://a.example";</style>')],
    ['a pattern', svg('<pattern id="a"><rect/></pattern>')],
    ['an SVG in it', svg(svg('<rect/>'))],
    ['a link', svg('<a href="#x"><rect/></a>')],
    ['an address', svg('<use href="http://169.254.169.254/a.svg#x"/>')],
    ['a file', svg('<use xlink:href="file:///etc/passwd#x"/>')],
    ['data', svg('<use href="data:image/svg+xml,x#y"/>')],
    ['an address as a fill', svg('<rect fill="url(http://a.example/x#y)"/>')],
    ['an address as a fill in a style', svg('<rect style="fill: url( \'http://a.example/x#y\' )"/>')],
    ['a reference in capitals', svg('<rect fill="URL(file:///x)"/>')],
    ['an escaped reference', svg('<rect fill="u\\72l(file:///x)"/>')],
    ['an entity in a reference', svg('<use href="&#104;ttp://a.example/#x"/>')],
    ['a circle of references', svg('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>')],
    ['a mask of itself', svg('<mask id="a"><rect mask="url(#a)"/></mask><rect mask="url(#a)"/>')],
  ])('with %s is refused', async (_, drawing) => {
    expect(await answer(drawing)).toBe('media/svg-forbidden');
  });

  it.each<[string, string]>([
    ['billions of laughs', laughs(use)],
    ['billions of masks', laughs((id) => `<g mask="url(#${id})"/>`)],
    ['too many layers', svg('<g opacity="0.5"><path d="M0 0h9v9z"/></g>'.repeat(150))],
    ['too many layers by reference', svg(`<g id="a" opacity=".9"><rect/></g>${use('a').repeat(150)}`)],
    ['too many elements', svg('<rect/>'.repeat(4001))],
    ['too many in each other', svg('<g>'.repeat(40) + '</g>'.repeat(40))],
    ['too many attributes', svg(`<rect ${Array.from({ length: 41 }, (_, n) => `a${n}="1"`).join(' ')}/>`)],
    ['too much text', svg(`<text>${'a'.repeat(2001)}</text>`)],
    ['too many characters', svg(`<path d="${'M0 0'.repeat(30_000)}"/>`)],
  ])('with %s is refused', async (_, drawing) => {
    expect(await answer(drawing)).toBe('media/svg-too-much');
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['HTML', '<html></html>'],
    ['an end too early', '<svg viewBox="0 0 1 1"><rect'],
    ['ends in another order', svg('<g><defs></g></defs>')],
    ['an attribute twice', svg('<rect x="1" x="2"/>')],
    ['no size', '<svg><rect/></svg>'],
    ['a size without end', svg('', 'viewBox="0 0 1e999 1"')],
    ['two documents', svg('') + svg('')],
    ['a comment without end', `<!-- ${svg('')}`],
    ['spaces in a tag', `<svg viewBox="0 0 1 1"${' '.repeat(90_000)}`],
  ])('of %s is refused', async (_, drawing) => {
    expect(await answer(drawing)).toBe('media/svg-broken');
  });

  it('with ids of several elements is drawn as it was counted', async () => {
    const doubled = laughs(use).replaceAll(/<g id="(l\d)">/g, '<g id="$1"/><g id="$1">');
    expect(await answer(doubled)).toBe('drawn');
  });

  it('that takes too long, or too much memory, costs one request', async () => {
    const dashes = svg('<path d="M0 0H900000" stroke="red" stroke-width="9" stroke-dasharray="0.0001"/>'.repeat(50));
    const layers = svg('<g opacity="0.9">'.repeat(30) + '<rect width="9" height="9"/>' + '</g>'.repeat(30));
    for (const drawing of [dashes, layers]) expect(['drawn', 'media/unreadable']).toContain(await answer(drawing));
    expect(await answer(svg('<rect width="9" height="9"/>'))).toBe('drawn');
  });
});
