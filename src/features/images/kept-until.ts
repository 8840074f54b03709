import type { Needs } from './settings.ts';

const dayMs = 86_400_000;

/** Until when (Unix ms) an image that is no favourite is kept from now on; null: until it is deleted. */
export function keptUntilMs({ clock, settings }: Needs<'clock' | 'settings'>): number | null {
  const { keepDays } = settings.instance;
  return keepDays === null ? null : clock.now() + keepDays * dayMs;
}
