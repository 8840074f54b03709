const highest = 255;
/** Sent waveforms have at most 256 samples; more is not read. */
const mostSamples = 256;

/** The loudness in a voice message's waveform (base64, a byte for each sample) as `bars` numbers from 0 to 1. */
export function waveformBars(waveform: string | undefined, bars: number): readonly number[] {
  const samples = decode(waveform ?? '');
  if (samples.length === 0) return Array.from({ length: bars }, () => 0);
  return Array.from({ length: bars }, (_, bar) => {
    const start = Math.floor((bar * samples.length) / bars);
    const end = Math.max(start + 1, Math.floor(((bar + 1) * samples.length) / bars));
    return Math.max(...samples.slice(start, end)) / highest;
  });
}

function decode(text: string): readonly number[] {
  try {
    return [...atob(text.slice(0, mostSamples * 2))].slice(0, mostSamples).map((letter) => letter.charCodeAt(0));
  } catch {
    return [];
  }
}

/** `1:05` */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(Number.isFinite(seconds) ? seconds : 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
