import type { InLine, Translate } from '../../../sdk/index.ts';

/** What an asker is told: the place in line and, when it is known, about how long it takes. */
export function lineText({ ahead, waitMs }: Pick<InLine, 'ahead' | 'waitMs'>, t: Translate): string {
  const place = t('waiting.place', { count: ahead + 1, ordinal: 1 });
  if (waitMs === null) return t('waiting.line', { place });
  return t('waiting.line-time', { place, time: roughly(waitMs, t) });
}

/** Seconds in fives and whole minutes: more would be a promise. */
function roughly(waitMs: number, t: Translate): string {
  const seconds = Math.ceil(waitMs / 5000) * 5;
  if (seconds <= 5) return t('waiting.moments');
  return seconds < 90 ? t('waiting.seconds', { seconds }) : t('waiting.minutes', { minutes: Math.round(seconds / 60) });
}
