import type { SKRSContext2D } from '@napi-rs/canvas';
import { bird, cat, dog, fish, ghost } from './animals.ts';
import { paintSky, paintWeather } from './backdrop.ts';
import type { Stage } from './backdrop.ts';
import { paintLand } from './land.ts';
import type { Plan, Subject } from './plan.ts';
import { ellipse } from './shapes.ts';
import type { Pen } from './shapes.ts';
import * as plants from './plants.ts';
import * as things from './things.ts';

/** How tall it is as a share of the shorter edge, and whether it is in the air. */
const DRAWINGS: Record<Subject, { draw: (pen: Pen) => void; tall: number; flies?: boolean }> = {
  cat: { draw: cat, tall: 0.5 },
  dog: { draw: dog, tall: 0.5 },
  bird: { draw: bird, tall: 0.32, flies: true },
  fish: { draw: fish, tall: 0.34 },
  ghost: { draw: ghost, tall: 0.46, flies: true },
  house: { draw: things.house, tall: 0.46 },
  car: { draw: things.car, tall: 0.4 },
  robot: { draw: things.robot, tall: 0.56 },
  flower: { draw: plants.flower, tall: 0.5 },
  castle: { draw: things.castle, tall: 0.56 },
  ship: { draw: things.ship, tall: 0.5 },
  tree: { draw: plants.tree, tall: 0.54 },
  rocket: { draw: things.rocket, tall: 0.56, flies: true },
  balloon: { draw: things.balloon, tall: 0.42, flies: true },
  heart: { draw: things.heart, tall: 0.44, flies: true },
  mushroom: { draw: plants.mushroom, tall: 0.42 },
};

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
  paintLand(stage);
  paintSubjects(stage, 1);
  paintWeather(stage);
}

/** Side by side, the nearest in front. */
export function paintSubjects(stage: Stage, size: number): void {
  const { context, width, height, plan } = stage;
  const { subjects } = plan;
  for (const [index, subject] of subjects.entries()) {
    const { draw, tall, flies } = DRAWINGS[subject];
    const high = Math.min(width, height) * tall * size * (subjects.length > 2 ? 0.75 : 1);
    const place = (index + 0.5) / subjects.length;
    const x = width * Math.min(0.8, Math.max(0.2, place + (plan.random() - 0.5) * 0.12));
    const y = flies ? height * (0.5 + plan.random() * 0.16) : height * (0.93 - plan.random() * 0.03);
    const pen: Pen = { context, palette: plan.palette };
    context.save();
    context.translate(x, y);
    context.scale(plan.random() < 0.5 ? -high : high, high);
    if (!flies && subject !== 'ship' && subject !== 'fish') ellipse(pen, [0, -0.005], [0.42, 0.045], '#00000038');
    draw(pen);
    context.restore();
  }
}
