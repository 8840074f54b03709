export type Mood = 'day' | 'sunset' | 'night' | 'snow' | 'rain' | 'fog';
export type Place = 'hills' | 'mountains' | 'sea' | 'city' | 'forest' | 'desert' | 'space';

/** CSS colours. */
export interface Palette {
  skyTop: string;
  skyMiddle: string;
  skyBottom: string;
  /** Sun or moon, and lit windows. */
  light: string;
  /** Land from far to near. */
  land: readonly string[];
  water: string;
  accent: string;
  accentDark: string;
  accentLight: string;
  dark: string;
}

interface Wishes {
  mood: Mood;
  place: Place;
  hues: readonly number[];
  random: () => number;
}

export const hsl = (hue: number, saturation: number, lightness: number, alpha = 1): string =>
  `hsla(${Math.round((hue + 720) % 360)}, ${Math.round(saturation)}%, ${Math.round(lightness)}%, ${alpha})`;

/** Hues of sky above, at the horizon, and lightness of both. */
const SKIES: Record<
  Mood,
  { top: number; bottom: number; light: readonly [number, number, number]; saturation: number }
> = {
  day: { top: 208, bottom: 192, light: [52, 70, 90], saturation: 72 },
  sunset: { top: 258, bottom: 26, light: [30, 58, 72], saturation: 70 },
  night: { top: 232, bottom: 262, light: [8, 17, 34], saturation: 58 },
  snow: { top: 212, bottom: 205, light: [62, 80, 94], saturation: 38 },
  rain: { top: 214, bottom: 206, light: [24, 38, 56], saturation: 26 },
  fog: { top: 196, bottom: 40, light: [62, 76, 90], saturation: 24 },
};
const LANDS: Record<Place, number> = {
  hills: 118,
  mountains: 222,
  sea: 150,
  city: 236,
  forest: 152,
  desert: 30,
  space: 268,
};

export function paletteFor({ mood, place, hues, random }: Wishes): Palette {
  const sky = SKIES[mood];
  const drift = (random() - 0.5) * 36;
  const [first, second] = hues;
  const top = (first === undefined ? sky.top : mix(sky.top, first, 0.35)) + drift;
  const bottom = (first === undefined ? sky.bottom : mix(sky.bottom, first, 0.5)) + drift * 0.6;
  const middle = mood === 'sunset' ? mix(top, bottom, 0.55, true) : mix(top, bottom, 0.5);
  const ground = (second ?? LANDS[place]) + (random() - 0.5) * 40;
  const accent = first ?? Math.floor(random() * 360);
  const isDark = mood === 'night';
  const land = [0, 1, 2, 3].map((layer) => {
    // Far land fades into the air.
    const nearness = layer / 3;
    const hue = mix(bottom, ground, 0.25 + 0.75 * nearness);
    const lightness = mood === 'snow' ? 88 - nearness * 6 : isDark ? 22 - nearness * 14 : 58 - nearness * 34;
    const saturation =
      mood === 'snow' ? 24 : mood === 'rain' || mood === 'fog' ? 18 + nearness * 10 : 28 + nearness * 18;
    return hsl(hue, saturation, lightness);
  });
  return {
    skyTop: hsl(top, sky.saturation, sky.light[0]),
    skyMiddle: hsl(middle, sky.saturation * 0.9, sky.light[1]),
    skyBottom: hsl(bottom, sky.saturation + 12, sky.light[2]),
    light: isDark ? hsl(48, 80, 90) : mood === 'sunset' ? hsl(40, 100, 80) : hsl(50, 95, 88),
    land,
    water: hsl(mix(top, 200, 0.5), 55, isDark ? 18 : 42),
    ...accentsOf(accent, isDark),
    dark: hsl(ground + 200, 30, isDark ? 6 : 16),
  };
}

/** The colours of a subject, of one hue. */
export const accentsOf = (hue: number, isDark: boolean): Pick<Palette, 'accent' | 'accentDark' | 'accentLight'> => ({
  accent: hsl(hue, 72, isDark ? 56 : 55),
  accentDark: hsl(hue - 14, 68, isDark ? 32 : 36),
  accentLight: hsl(hue + 14, 82, 76),
});

/** The shorter way around the circle; `warm` goes by red rather than by green. */
function mix(from: number, to: number, share: number, warm = false): number {
  const difference = ((to - from + 540) % 360) - 180;
  const way = warm && difference < 0 && from > 180 ? difference + 360 : difference;
  return from + way * share;
}
