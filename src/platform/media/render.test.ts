import { createCanvas, loadImage } from '@napi-rs/canvas';
import { describe, expect, it } from 'vitest';
import { DrawingThread } from './drawing-thread.ts';
import { renderBarChart, type BarChart } from './index.ts';
import { HEIGHT, WIDTH } from './layout.ts';
import { sceneOf } from './scene.ts';
import { palettes } from './theme.ts';

const week = (value: (day: number) => readonly number[]): BarChart => ({
  title: 'Your spending',
  bars: Array.from({ length: 7 }, (_, day) => ({ label: `${day + 1} Nov`, values: value(day) })),
  series: [{ name: 'Text' }, { name: 'Images', colour: '#ff00ff' }],
  format: (value) => `$${value.toFixed(2)}`,
});

/** The number of pixels of exactly this colour. */
async function count(png: Uint8Array, colour: string): Promise<number> {
  const image = await loadImage(Buffer.from(png));
  const context = createCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const wanted = Number.parseInt(colour.slice(1), 16);
  let found = 0;
  for (let index = 0; index < data.length; index += 4) {
    const pixel = ((data[index] ?? 0) << 16) | ((data[index + 1] ?? 0) << 8) | (data[index + 2] ?? 0);
    if (pixel === wanted) found++;
  }
  return found;
}

/** The number of pixels that the title adds. */
async function inkOf(title: string): Promise<number> {
  const bare = { ...week(() => [0, 0]), bars: [{ label: '', values: [0, 0] }] };
  const { text } = palettes.dark;
  return (
    (await count(await renderBarChart({ ...bare, title }), text)) -
    (await count(await renderBarChart({ ...bare, title: '' }), text))
  );
}

describe('a bar chart', () => {
  it('is a PNG of the promised size', async () => {
    const png = Buffer.from(await renderBarChart(week((day) => [day, 1])));
    expect(png.subarray(0, 8)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([WIDTH, HEIGHT]);
  });

  it('stacks every series in its colour, with its height', async () => {
    const [text = ''] = palettes.dark.series;
    const empty = await renderBarChart(week(() => [0, 0]));
    const png = await renderBarChart(week(() => [3, 1]));
    const textInk = (await count(png, text)) - (await count(empty, text));
    const imageInk = (await count(png, '#ff00ff')) - (await count(empty, '#ff00ff'));
    expect(imageInk).toBeGreaterThan(1000);
    expect(textInk / imageInk).toBeGreaterThan(2.7);
    expect(textInk / imageInk).toBeLessThan(3.4);
  });

  it('shows a trace of the smallest amount beside the greatest', async () => {
    const spike = week((day) => (day === 3 ? [1e12, 0] : [0, 0]));
    const trace = week((day) => (day === 3 ? [1e12, 0] : [0, day === 5 ? 1e-9 : 0]));
    const [without, with1] = [await renderBarChart(spike), await renderBarChart(trace)];
    expect(await count(with1, '#ff00ff')).toBeGreaterThan(await count(without, '#ff00ff'));
  });

  it('draws the limit as a line, where it is on the scale', async () => {
    const { limit } = palettes.dark;
    const limited = (value: number) => renderBarChart({ ...week(() => [1, 0]), limit: { label: 'Limit', value } });
    expect(await count(await renderBarChart(week(() => [1, 0])), limit)).toBe(0);
    const onlyNamed = await count(await limited(1000), limit);
    expect(onlyNamed).toBeGreaterThan(0);
    expect(await count(await limited(1.2), limit)).toBeGreaterThan(onlyNamed + 400);
  });

  it('has a light theme', async () => {
    const png = await renderBarChart({ ...week(() => [1, 1]), theme: 'light' });
    expect(await count(png, palettes.light.background)).toBeGreaterThan((WIDTH * HEIGHT) / 3);
  });

  it.each([
    'Spending',
    'Ausgaben für Žižkov',
    'Расходы',
    'Δαπάνες',
    '支出の内訳',
    '한국어',
    'إنفاق',
    'व्यय',
    '🎉🔥',
    '𝓕𝓪𝓷𝓬𝔂',
  ])('writes the title %s with the bundled fonts', async (title) => {
    expect(await inkOf(title)).toBeGreaterThan(50);
  });

  it.each([
    ['nothing', ''],
    ['half a surrogate pair', '\ud800'],
    ['control characters', '\0\u202e'],
    ['unfinished emoji', '\u{e0061}\u{1f1e9}'],
    ['thousands of accents', '\u0300'.repeat(5000)],
    ['a hundred thousand letters', 'W'.repeat(100_000)],
    ['markup', '<b>&amp;</b>"\'\\'],
  ])('accepts a title of %s', async (_, title) => {
    const series = [{ name: title }, { name: title }];
    const png = await renderBarChart({ ...week(() => [1, 1]), title, subtitle: title, series });
    expect(await count(png, palettes.dark.background)).toBeGreaterThan((WIDTH * HEIGHT) / 3);
  });

  it('rejects invalid values with an explanation', async () => {
    await expect(renderBarChart(week(() => [-1, 0]))).rejects.toThrow('must be 0 or more and finite');
  });
});

describe('the drawing thread', () => {
  it('rejects a chart that fails and draws the next one', async () => {
    const thread = new DrawingThread();
    const scene = sceneOf(week(() => [1, 1]));
    const broken = { ...scene, bars: [{ label: '' }] } as unknown as typeof scene;
    const [failed, drawn] = await Promise.allSettled([thread.draw(broken), thread.draw(scene)]);
    expect(failed).toMatchObject({
      status: 'rejected',
      reason: { message: expect.stringContaining('could not be drawn') as string },
    });
    expect(drawn.status).toBe('fulfilled');
  });
});
