import { recordOf, textOf } from '../../failure.ts';
import { readObject, unreadable } from '../call.ts';
import type { Attempt } from '../call.ts';
import { imageOf } from '../image.ts';
import type { DrawAbilities, DrawEvent, DrawWork } from '../port.ts';
import { ask, imageFromText, MOST_IMAGE_BYTES } from './ask.ts';
import type { Authorize } from './ask.ts';
import { oneByOne, together } from './together.ts';
import type { Drawn } from './together.ts';
import type { DrawWire } from './wire.ts';
import { aspectNear, base64Of, fullPrompt, imagesOf, modeOf } from './work.ts';

const draws: DrawAbilities = {
  modes: ['generate', 'edit', 'vary'],
  ...{ mostImages: 4, mostInputs: 10, promptCharacters: 32_000, previews: 0, styles: [], sizes: [] },
  aspects: ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'],
  ...{ seed: false, negativePrompt: false, strength: false },
};

const authorize: Authorize = (apiKey) => ({ 'x-goog-api-key': apiKey });

/** Ends of an answer without an image that are no trouble of its own. */
const refusals: readonly string[] = [
  ...['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'LANGUAGE', 'OTHER'],
  ...['IMAGE_SAFETY', 'IMAGE_PROHIBITED_CONTENT', 'IMAGE_RECITATION', 'IMAGE_OTHER'],
];

const ANOTHER = 'Make another version of this image: the same subject and style, with other details.';

async function* draw(attempt: Attempt, work: DrawWork, modelId: string): AsyncGenerator<DrawEvent, void> {
  yield* together(
    attempt,
    { modelId, work },
    oneByOne(work, (one) => drawOne(attempt, one)),
  );
}

async function drawOne(attempt: Attempt, work: DrawWork): Promise<Drawn> {
  const path = `/v1beta/models/${encodeURIComponent(attempt.model)}:generateContent`;
  const prompt = modeOf(work) === 'vary' && work.prompt.trim() === '' ? ANOTHER : fullPrompt(work);
  const pictures = imagesOf(work).map((bytes) => ({
    inlineData: { mimeType: imageOf(bytes)?.contentType ?? 'image/png', data: base64Of(bytes) },
  }));
  const aspectRatio = aspectNear(work, draws.aspects);
  const body = {
    contents: [{ role: 'user', parts: [{ text: prompt }, ...pictures] }],
    generationConfig: {
      responseModalities: ['TEXT', 'IMAGE'],
      ...(aspectRatio !== undefined && { imageConfig: { aspectRatio } }),
    },
    ...work.options,
  };
  const response = await ask(attempt, { method: 'POST', path, body, authorize });
  return read(attempt, await readObject(attempt, response, 2 * MOST_IMAGE_BYTES));
}

function read(attempt: Attempt, answer: Record<string, unknown>): Drawn {
  const candidates = listOf(answer['candidates']);
  const parts = candidates.flatMap((candidate) => listOf(recordOf(candidate['content'])?.['parts']));
  // Thoughts may come with drafts, which are not the image.
  const inline = parts.filter((part) => part['thought'] !== true).map((part) => recordOf(part['inlineData']));
  const found = inline.filter((part) => part !== undefined);
  if (found.length > 0) return { images: [imageFromText(attempt, found.at(-1)?.['data'])], charged: 1 };
  const reasons = candidates.map((candidate) => textOf(candidate['finishReason']));
  const isBlocked = textOf(recordOf(answer['promptFeedback'])?.['blockReason']) !== '';
  if (isBlocked || reasons.some((reason) => refusals.includes(reason))) return { images: [], outcome: 'refused' };
  throw unreadable(attempt.provider, 'no images');
}

function listOf(value: unknown): Record<string, unknown>[] {
  const list = Array.isArray(value) ? (value as unknown[]) : [];
  return list.map(recordOf).filter((entry) => entry !== undefined);
}

/** Gemini's models that draw. That they refuse is an answer without an image. */
export const gemini: DrawWire = {
  draw,
  describe: () => draws,
  // Their previews ended in June 2026, and Gemini 2.5 in October (ai.google.dev/gemini-api/docs/deprecations).
  names: () => ['gemini-3.1-flash-image', 'gemini-3-pro-image'],
};
