import { ProviderReport } from '../errors.ts';
import { hideKey } from '../wire/guarded-fetch.ts';
import { soundOf } from './audio.ts';
import { readBytes, send, unreadable } from './call.ts';
import type { Attempt } from './call.ts';
import type { SpeakWork, Speech } from './port.ts';

/** Of twenty minutes without compression. */
const MOST_BYTES = 64_000_000;
/** OpenAI's first; servers of one's own know it too, under a voice of theirs. */
const DEFAULT_VOICE = 'alloy';

/** `POST /audio/speech`. */
export async function* speak(attempt: Attempt, work: SpeakWork, modelId: string): AsyncGenerator<Speech, void> {
  const { provider, model, apiKey } = attempt;
  const { text, voice = DEFAULT_VOICE, format = 'opus', speed, instructions } = work;
  const takesInstructions = instructions !== undefined && !/^tts-1/.test(model);
  const body = {
    ...{ model, input: text, voice, response_format: format },
    ...(speed !== undefined && { speed }),
    ...(takesInstructions && { instructions }),
  };
  const bytes = await readBytes(attempt, await send(attempt, { path: '/audio/speech', body }), MOST_BYTES);
  const sound = soundOf(bytes);
  if (!sound) {
    const said = Buffer.from(bytes.subarray(0, 64_000)).toString('utf8');
    // Some servers report what is wrong under a 200.
    if (/^\s*\{/.test(said)) throw new ProviderReport({ body: hideKey(said, apiKey), turnedAway: true });
    throw unreadable(provider, bytes.length === 0 ? 'nothing' : 'something that is no sound');
  }
  const { contentType, seconds } = sound;
  const heard = seconds === undefined ? {} : { seconds };
  attempt.used({ characters: charactersOf(text), ...heard, estimated: false });
  yield { bytes, contentType, ...heard, modelId };
}

/** As they are counted for the bill. */
export const charactersOf = (text: string): number => [...text].length;
