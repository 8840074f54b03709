import type { Theme } from './port.ts';

/** Colours as `#rrggbb`. */
export interface Palette {
  background: string;
  text: string;
  muted: string;
  grid: string;
  limit: string;
  /** In the order of the series; neighbours also differ in lightness, for people with colour blindness. */
  series: readonly string[];
}

export const palettes: Record<Theme, Palette> = {
  // The background colour of Discord's embeds.
  dark: {
    background: '#2b2d31',
    text: '#f2f3f5',
    muted: '#b5bac1',
    grid: '#3f4248',
    limit: '#ff7b7b',
    series: ['#7f8cff', '#3fe0c5', '#ffb84d', '#f47fb4', '#b4e36a', '#c3a2ff'],
  },
  light: {
    background: '#ffffff',
    text: '#1e1f22',
    muted: '#5c5e66',
    grid: '#e3e5e8',
    limit: '#d22d39',
    series: ['#4a56d8', '#12a594', '#d97706', '#c2307f', '#6a9e1f', '#7e4fd0'],
  },
};
