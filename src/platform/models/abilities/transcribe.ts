import { recordOf, textOf } from '../failure.ts';
import { soundOf } from './audio.ts';
import { readObject, send, unreadable } from './call.ts';
import type { Attempt } from './call.ts';
import type { Transcript, TranscribeWork } from './port.ts';

const MOST_BYTES = 8_000_000;
const MOST_SEGMENTS = 20_000;

/** `POST /audio/transcriptions`. */
export async function* transcribe(
  attempt: Attempt,
  work: TranscribeWork,
  modelId: string,
): AsyncGenerator<Transcript, void> {
  const { provider, model } = attempt;
  const sound = soundOf(work.audio);
  const body = new FormData();
  const file = new Blob([new Uint8Array(work.audio)], { type: sound?.contentType ?? work.contentType });
  body.set('file', file, `audio.${sound?.extension ?? 'bin'}`);
  body.set('model', model);
  // OpenAI's own newer models have no segments, and refuse to be asked for them.
  body.set('response_format', /^gpt-/.test(model) ? 'json' : 'verbose_json');
  if (work.language !== undefined) body.set('language', work.language);
  if (work.hint !== undefined) body.set('prompt', work.hint);
  const answer = await readObject(attempt, await send(attempt, { path: '/audio/transcriptions', body }), MOST_BYTES);
  const { text, language } = answer;
  if (typeof text !== 'string') throw unreadable(provider, 'something that is no transcript');
  const reported = secondsIn(answer);
  const seconds = reported ?? sound?.seconds;
  if (seconds !== undefined) attempt.used({ seconds, estimated: reported === undefined });
  yield {
    text: text.trim(),
    ...(typeof language === 'string' && language !== '' && { language }),
    ...(seconds !== undefined && { seconds }),
    segments: readSegments(answer['segments']),
    modelId,
  };
}

/** What is charged comes first. */
function secondsIn({ usage, duration }: Record<string, unknown>): number | undefined {
  const told = [recordOf(usage)?.['seconds'], Number(textOf(duration) || Number.NaN)];
  return told.find((value): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0);
}

function readSegments(segments: unknown): Transcript['segments'] {
  if (!Array.isArray(segments)) return [];
  return (segments as unknown[]).slice(0, MOST_SEGMENTS).flatMap((segment) => {
    const { start, end, text } = recordOf(segment) ?? {};
    if (typeof start !== 'number' || typeof end !== 'number' || typeof text !== 'string') return [];
    return { startSeconds: start, endSeconds: end, text: text.trim() };
  });
}
