import { createCanvas } from '@napi-rs/canvas';
import type { Canvas, SKRSContext2D } from '@napi-rs/canvas';
import type { Margins } from '../../image-port.ts';
import type { Operation } from '../../operations.ts';
import { MOST_PIXELS } from '../../limits.ts';
import { ImageFailure, tooLarge } from '../failure.ts';
import { drawn, pixelsOf, upright } from '../source.ts';
import { glow, paintWeather } from './backdrop.ts';
import type { Stage } from './backdrop.ts';
import { paintBeyond, softOf } from './beyond.ts';
import { hsl } from './palette.ts';
import { planFor } from './plan.ts';
import { paintScene, paintSubjects, stageFor } from './scene.ts';

interface Size {
  width: number;
  height: number;
}

const MOST_PAINTED_PIXELS = Math.min(MOST_PIXELS, 16_000_000);

export const paint: Operation<'paint'> = async (files, { prompt, width, height, seed, margins, hasBase, hasMask }) => {
  if (width * height > MOST_PAINTED_PIXELS) throw tooLarge(`${width} × ${height} pixels to paint`);
  const size = { width, height };
  const plan = planFor(prompt, seed);
  const [base, mask] = [hasBase ? files[0] : undefined, hasMask ? files[hasBase ? 1 : 0] : undefined];
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const stage = stageFor(context, size, plan);
  if (base && mask) {
    paintScene(stage);
    await keep(context, base, mask, size);
  } else if (base && margins) await surround(stage, base, margins);
  else if (base) edit(stage, await load(base, size));
  else paintScene(stage);
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = { data: Buffer.from(data.buffer, data.byteOffset, data.length), width, height, channels: 4 as const };
  const bytes = await drawn(pixels).removeAlpha().png({ compressionLevel: 5 }).toBuffer();
  return { result: { contentType: 'image/png', width, height }, files: [bytes] };
};

/** Decoded by sharp, which reads nothing but the known formats; fills the size. */
async function load(file: Uint8Array, { width, height }: Size): Promise<Canvas> {
  const { data } = await pixelsOf(upright(file).resize(width, height, { fit: 'cover' }).ensureAlpha());
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const image = context.createImageData(width, height);
  image.data.set(data);
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The old image in other colours and another mood, with what the prompt names in front. */
function edit(stage: Stage, base: Canvas): void {
  const { context, plan } = stage;
  context.drawImage(base, 0, 0);
  const tint =
    plan.hues[0] ?? (plan.subjects.length > 0 || plan.isMoodNamed ? undefined : Math.floor(plan.random() * 360));
  if (tint !== undefined) {
    fill(stage, 'color', hsl(tint, 75, 50, plan.hues.length > 0 ? 0.7 : 0.5));
    fill(stage, 'soft-light', hsl(tint, 80, 55, 0.45));
  }
  if (plan.isMoodNamed) grade(stage);
  paintSubjects(stage, { subjects: plan.subjects, size: 0.8 });
  paintWeather(stage);
}

function grade(stage: Stage): void {
  const { plan, context, width, height, unit } = stage;
  if (plan.mood === 'night') {
    fill(stage, 'multiply', hsl(230, 60, 34, 0.9));
    for (let index = 0; index < 90; index++) {
      const radius = unit * (0.12 + plan.random() * 0.4);
      context.fillStyle = hsl(210, 60, 94, 0.5 + plan.random() * 0.5);
      context.beginPath();
      context.arc(plan.random() * width, plan.random() * height * 0.5, radius, 0, Math.PI * 2);
      context.fill();
    }
    glow(context, { x: width * 0.8, y: height * 0.16, radius: unit * 26 }, [hsl(48, 80, 88, 0.75), hsl(48, 80, 80, 0)]);
    return;
  }
  const overlays: Record<string, readonly [string, string]> = {
    sunset: ['overlay', hsl(22, 95, 55, 0.7)],
    snow: ['screen', hsl(208, 50, 70, 0.5)],
    rain: ['multiply', hsl(212, 35, 48, 0.75)],
    fog: ['screen', hsl(40, 12, 72, 0.55)],
    day: ['soft-light', hsl(52, 95, 72, 0.8)],
  };
  const [mode, style] = overlays[plan.mood] ?? [];
  if (mode && style) fill(stage, mode as Mode, style);
}

type Mode = SKRSContext2D['globalCompositeOperation'];

function fill({ context, width, height }: Stage, mode: Mode, style: string): void {
  context.globalCompositeOperation = mode;
  context.fillStyle = style;
  context.fillRect(0, 0, width, height);
  context.globalCompositeOperation = 'source-over';
}

/** Puts the old image over the painting where it is to stay; around it, the painting takes on its colours. */
async function keep(context: SKRSContext2D, base: Uint8Array, mask: Uint8Array, size: Size): Promise<void> {
  const blurred = await load(await softened(base), size);
  context.globalCompositeOperation = 'color';
  context.globalAlpha = 0.55;
  context.drawImage(blurred, 0, 0);
  context.globalCompositeOperation = 'source-over';
  context.globalAlpha = 0.3;
  context.drawImage(blurred, 0, 0);
  context.globalAlpha = 1;
  const kept = await load(base, size);
  const onKept = kept.getContext('2d');
  onKept.globalCompositeOperation = 'destination-in';
  onKept.drawImage(await load(mask, size), 0, 0);
  context.drawImage(kept, 0, 0);
}

/** Paints on around the old image, which fills what the margins leave. */
async function surround(stage: Stage, base: Uint8Array, { left, top, right, bottom }: Margins): Promise<void> {
  const inner = { width: stage.width - left - right, height: stage.height - top - bottom };
  if (inner.width < 1 || inner.height < 1) throw new ImageFailure('media/unreadable', 'the margins leave no room');
  const old = await load(base, inner);
  paintBeyond(stage, old, { left, top });
  feather(old, { left: left > 0, right: right > 0, top: top > 0, bottom: bottom > 0 });
  stage.context.drawImage(old, left, top);
}

/** Small and blurred, it has the colours of the image and of its edges. */
async function softened(file: Uint8Array): Promise<Uint8Array> {
  return upright(file).resize(24, 24, { fit: 'fill' }).blur(2).png().toBuffer();
}

/** Fades the edges out, where something is beyond them. */
function feather(canvas: Canvas, sides: { left: boolean; right: boolean; top: boolean; bottom: boolean }): void {
  const { width, height } = canvas;
  const context = canvas.getContext('2d');
  const soft = softOf(canvas);
  context.globalCompositeOperation = 'destination-in';
  const across = context.createLinearGradient(0, 0, width, 0);
  const down = context.createLinearGradient(0, 0, 0, height);
  const stops: [typeof across, number, boolean, boolean][] = [
    [across, soft / width, sides.left, sides.right],
    [down, soft / height, sides.top, sides.bottom],
  ];
  for (const [gradient, share, first, last] of stops) {
    gradient.addColorStop(0, first ? '#0000' : '#000f');
    gradient.addColorStop(Math.min(0.5, share), '#000f');
    gradient.addColorStop(Math.max(0.5, 1 - share), '#000f');
    gradient.addColorStop(1, last ? '#0000' : '#000f');
    context.fillStyle = gradient;
    context.fillRect(0, 0, width, height);
  }
}
