import { hsl } from './palette.ts';
import type { Mood, Place } from './palette.ts';
import type { Plan } from './plan.ts';
import { paintClouds, paintFalling } from './backdrop.ts';
import type { Stage } from './backdrop.ts';
import { brightnessOf, horizonsOf } from './edges.ts';
import type { Colour, Edges } from './edges.ts';

interface Around {
  /** Measured by the old image, so that things have the size of those in it. */
  stage: Stage;
  /** The old image, with room for a tree. */
  old: { left: number; top: number; right: number; bottom: number };
  isNight: boolean;
  /** The colour of sky or land at a place that was added. */
  seen: (x: number, y: number) => Colour;
}

/** Of 255: a sky that is darker has stars; a dusk may be as dark as a night that the prompt names. */
const NIGHT = { named: 75, seen: 38 };

/** Small things in what was added, all in the colours that are there: stars or clouds, hills, trees, glitter, houses. */
export function paintAround(
  stage: Stage,
  edges: Edges,
  spot: { left: number; top: number },
  seen: Around['seen'],
): void {
  const { width, height } = edges;
  const { plan } = stage;
  const [red, , blue] = edges.top.usual;
  const isNightNamed = plan.isMoodNamed && plan.mood === 'night';
  const isNight = brightnessOf(edges.top.usual) < (isNightNamed ? NIGHT.named : NIGHT.seen);
  const mood: Mood = isNight ? 'night' : red > blue ? 'sunset' : 'day';
  const [left, right] = horizonsOf(edges);
  const horizon = spot.top + ((left + right) / 2) * height;
  const around: Around = {
    stage: { ...stage, horizon, unit: Math.min(width, height) / 140, plan: { ...plan, mood } },
    old: { ...spot, right: spot.left + width, bottom: spot.top + height },
    isNight,
    seen,
  };
  if (isNight && (plan.isPlaceNamed || isNightNamed)) paintStars(around);
  else if (plan.isPlaceNamed && spot.top > 0) paintClouds({ ...around.stage, horizon: spot.top * 1.3 });
  if (plan.isPlaceNamed && plan.place === 'sea') paintGlitter(around);
  if (plan.isPlaceNamed && plan.place === 'city') paintHouses(around);
  if (!isFlat(plan, edges)) {
    paintRidges(around);
    if (plan.isPlaceNamed && plan.place !== 'desert') paintTrees(around);
  }
  const named = plan.isMoodNamed ? plan.mood : mood;
  paintFalling({ ...around.stage, plan: { ...plan, mood: named } });
}

const FLAT: readonly Place[] = ['sea', 'city', 'space'];

/** Water and streets are. Where the prompt names no place, the old image tells: its horizon is as high at both sides. */
export function isFlat(plan: Plan, edges: Edges): boolean {
  if (plan.isPlaceNamed) return FLAT.includes(plan.place);
  const [left, right] = horizonsOf(edges);
  return Math.abs(left - right) < 0.015;
}

function isFree({ old }: Around, x: number, y: number, wide: number, tall: number): boolean {
  return x + wide < old.left || x - wide > old.right || y < old.top || y - tall > old.bottom;
}

function paintStars(around: Around): void {
  const { context, width, height, horizon, unit, plan } = around.stage;
  const end = plan.place === 'space' ? height : horizon * 0.9;
  const count = Math.round((width * end) / (unit * unit * 130));
  for (let index = 0; index < count; index++) {
    const [x, y, brightness] = [plan.random() * width, plan.random() * end, plan.random()];
    // Fewer near the horizon, where hills may be.
    if (plan.place !== 'space' && plan.random() < (y / end) ** 2) continue;
    context.fillStyle = hsl(210, 60, 94, 0.3 + brightness * 0.6);
    context.beginPath();
    context.arc(x, y, unit * (0.12 + brightness * 0.4), 0, Math.PI * 2);
    context.fill();
  }
}

/** Nearer hills below the old image, as shadows of the ground's own colour. */
function paintRidges({ stage, old }: Around): void {
  const { context, width, height, unit, plan } = stage;
  const room = height - old.bottom;
  if (room < unit * 3) return;
  for (const share of [0.2, 0.55]) {
    const [first, second] = [plan.random() * Math.PI * 2, plan.random() * Math.PI * 2];
    const top = old.bottom + room * share;
    const high = Math.min(unit * 6, room * 0.16);
    const shade = context.createLinearGradient(0, top - high, 0, height);
    shade.addColorStop(0, 'rgba(4, 8, 20, 0.18)');
    shade.addColorStop(1, 'rgba(4, 8, 20, 0.05)');
    context.fillStyle = shade;
    context.beginPath();
    context.moveTo(0, height);
    for (let x = 0; x <= width + 4; x += 4) {
      const turn = (x / width) * Math.PI * 2;
      context.lineTo(x, top + high * (Math.sin(turn * 1.2 + first) * 0.7 + Math.sin(turn * 2.9 + second) * 0.3));
    }
    context.lineTo(width, height);
    context.fill();
  }
}

function paintTrees(around: Around): void {
  const { context, width, height, horizon, unit, plan } = around.stage;
  const [begin, most] = [horizon + (height - horizon) * 0.25, plan.place === 'forest' ? 60 : 24];
  const feet = Array.from({ length: most }, () => ({ x: plan.random() * width, depth: plan.random() ** 1.4 }));
  for (const { x, depth } of feet.sort((a, b) => a.depth - b.depth)) {
    const y = begin + (height * 1.02 - begin) * depth;
    const tall = unit * (7 + depth * 12 + plan.random() * 5);
    if (!isFree(around, x, y, tall * 0.3, tall)) continue;
    context.fillStyle = shadeAt(around, x, y - tall * 0.1);
    for (let tier = 0; tier < 3; tier++) {
      const [top, wide] = [y - tall + tier * tall * 0.22, tall * (0.16 + tier * 0.07)];
      context.beginPath();
      context.moveTo(x, top);
      context.lineTo(x - wide, top + tall * 0.44);
      context.lineTo(x + wide, top + tall * 0.44);
      context.fill();
    }
    context.fillRect(x - tall * 0.03, y - tall * 0.14, tall * 0.06, tall * 0.14);
  }
}

/** A darker tone of what is there. */
function shadeAt({ seen, stage }: Around, x: number, y: number): string {
  const share = 0.52 + stage.plan.random() * 0.16;
  const [red, green, blue] = seen(x, y).map((value) => Math.round(value * share));
  return `rgb(${red}, ${green}, ${blue})`;
}

function paintGlitter({ stage }: Around): void {
  const { context, width, height, horizon, unit, plan } = stage;
  const count = Math.round((width * (height - horizon)) / (unit * unit * 90));
  for (let index = 0; index < count; index++) {
    const depth = plan.random();
    const [y, length] = [horizon + unit * 2 + (height - horizon) * depth, unit * (2 + depth * 12)];
    context.fillStyle = hsl(48, 60, 92, 0.05 + plan.random() * 0.12);
    context.fillRect(plan.random() * width - length / 2, y, length, Math.max(1, unit * (0.15 + depth * 0.3)));
  }
}

function paintHouses(around: Around): void {
  const { context, width, height, horizon, unit, plan } = around.stage;
  for (let x = -unit * 4; x < width; x += unit * (7 + plan.random() * 7)) {
    const [wide, tall] = [unit * (6 + plan.random() * 6), unit * (10 + plan.random() * 26)];
    const ground = horizon + (height - horizon) * 0.25;
    if (!isFree(around, x + wide / 2, ground, wide / 2, tall)) continue;
    context.fillStyle = shadeAt(around, x, ground);
    context.fillRect(x, ground - tall, wide, tall);
    for (let up = ground - tall + unit * 1.5; up < ground - unit * 2; up += unit * 2.4)
      for (let along = x + unit; along < x + wide - unit; along += unit * 2) {
        if (plan.random() < 0.45) continue;
        context.fillStyle = around.isNight ? hsl(46, 80, 76, 0.75) : hsl(200, 40, 92, 0.35);
        context.fillRect(along, up, unit, unit * 1.3);
      }
  }
}
