import type { SKRSContext2D } from '@napi-rs/canvas';
import { paintSky, paintWeather } from './backdrop.ts';
import type { Stage } from './backdrop.ts';
import { paintLand } from './land.ts';
import { MOTIFS } from './motifs.ts';
import type { Subject } from './motifs.ts';
import { accentsOf } from './palette.ts';
import type { Plan } from './plan.ts';
import { ellipse } from './shapes.ts';
import type { Pen } from './shapes.ts';

export function stageFor(
  context: SKRSContext2D,
  { width, height }: { width: number; height: number },
  plan: Plan,
): Stage {
  const horizon = height * (plan.place === 'sea' ? 0.5 : 0.54 + (plan.random() - 0.5) * 0.1);
  return { context, width, height, plan, horizon, unit: Math.min(width, height) / 100 };
}

/** Sky, land, subjects and weather. */
export function paintScene(stage: Stage): void {
  paintSky(stage);
  const isFar = (subject: Subject): boolean => MOTIFS[subject].far ?? false;
  paintSubjects(stage, { subjects: stage.plan.subjects.filter(isFar) });
  paintLand(stage);
  paintSubjects(stage, { subjects: stage.plan.subjects.filter((subject) => !isFar(subject)) });
  paintWeather(stage);
}

/** Side by side, the nearest in front. */
export function paintSubjects(
  { context, width, height, plan }: Stage,
  { subjects, size = 1 }: { subjects: readonly Subject[]; size?: number },
): void {
  for (const [index, subject] of subjects.entries()) {
    const { draw, tall, hue, flies = false, far = false, swims = false } = MOTIFS[subject];
    const high = Math.min(width, height) * tall * size * (subjects.length > 2 ? 0.75 : 1);
    const place = (index + 0.5) / subjects.length;
    const x = width * Math.min(0.8, Math.max(0.2, place + (plan.random() - 0.5) * 0.12));
    const y = far
      ? height * (0.52 + plan.random() * 0.06)
      : flies
        ? height * (0.5 + plan.random() * 0.16)
        : height * (0.93 - plan.random() * 0.03);
    const isColoured = plan.hues.length > 0;
    const own = hue === undefined || isColoured ? {} : accentsOf(hue, plan.mood === 'night');
    const pen: Pen = { context, isColoured, palette: { ...plan.palette, ...own } };
    context.save();
    context.translate(x, y);
    context.scale(plan.random() < 0.5 ? -high : high, high);
    if (!flies && !swims) ellipse(pen, [0, -0.005], [0.42, 0.045], '#00000038');
    draw(pen);
    context.restore();
  }
}
