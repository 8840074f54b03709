const minuteMs = 60_000;
const dayMs = 86_400_000;

const formats: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  t: { timeStyle: 'short' },
  T: { timeStyle: 'medium' },
  d: { dateStyle: 'short' },
  D: { dateStyle: 'long' },
  f: { dateStyle: 'long', timeStyle: 'short' },
  F: { dateStyle: 'full', timeStyle: 'short' },
  s: { dateStyle: 'short', timeStyle: 'short' },
  S: { dateStyle: 'short', timeStyle: 'medium' },
};

/** A moment in one of Discord's `<t:…:style>` styles, in the reader's language; `R` is relative to `nowMs`. */
export function formatMoment(atMs: number, style: string, nowMs: number): string {
  if (style === 'R') return formatRelative(atMs - nowMs);
  const date = new Date(atMs);
  if (Number.isNaN(date.getTime())) return 'an impossible date';
  return new Intl.DateTimeFormat(undefined, formats[style] ?? formats.f).format(date);
}

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * dayMs],
  ['month', 30 * dayMs],
  ['day', dayMs],
  ['hour', 60 * minuteMs],
  ['minute', minuteMs],
];

/** "in 5 minutes", "2 days ago": rounded to the largest fitting unit. */
export function formatRelative(distanceMs: number): string {
  const formatter = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
  for (const [unit, lengthMs] of units) {
    if (Math.abs(distanceMs) >= lengthMs) return formatter.format(Math.round(distanceMs / lengthMs), unit);
  }
  return formatter.format(Math.round(distanceMs / 1000), 'second');
}

/** The time of day for today and yesterday, with the date for older moments. */
export function formatStamp(atMs: number, nowMs: number): string {
  const time = formatMoment(atMs, 't', nowMs);
  const days = dayNumber(nowMs) - dayNumber(atMs);
  if (days === 0) return time;
  if (days === 1) return `Yesterday at ${time}`;
  return `${formatMoment(atMs, 'd', nowMs)} ${time}`;
}

/** A number that is the same for all moments of one local day and grows by one each day. */
export function dayNumber(atMs: number): number {
  const date = new Date(atMs);
  return Math.floor((atMs - date.getTimezoneOffset() * minuteMs) / dayMs);
}

/** "3.4 MB"; the unit steps are powers of ten, as Discord shows them. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
