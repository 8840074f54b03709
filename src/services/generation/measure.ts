import { UserError } from '../../kernel/errors.ts';
import { charactersOf, imageOf, LEAST_BYTES_PER_SECOND, soundOf } from '../../platform/models/index.ts';
import { checkDrawing, tooMuch, worksWithoutWords } from './check-drawing.ts';
import type { Abilities, Ability, AbilityModel, AbilityUsage, AbilityWork } from '../../platform/models/index.ts';

/** What one call takes at most. Larger work is cut into calls by those who know where it may be cut. */
export const bounds = {
  texts: 256,
  /** Of one text to embed or moderate, and of all together. */
  textCharacters: 32_000,
  allCharacters: 400_000,
  /** What OpenAI takes. */
  audioMb: 25,
  audioMinutes: 30,
  spokenCharacters: 4096,
  promptCharacters: 32_000,
  images: 10,
  previews: 3,
  inputImages: 16,
  inputMb: 20,
  allInputsMb: 48,
  inputMegapixels: 50,
};

/** Nobody speaks slower for long. */
const SLOWEST_SECONDS_PER_CHARACTER = 0.5;
const SILENCE_SECONDS = 5;

type Measures = {
  [A in Ability]: (work: AbilityWork[A], model: AbilityModel, abilities: Abilities) => Promise<AbilityUsage>;
};

/**
 * The most that work can use, in the units that providers charge for. Throws a UserError `paid/…` for more than one call
 * takes, before anything is decoded or counted.
 */
export const measures: Measures = {
  embed: ({ texts }, model, abilities) => measureTexts(texts, model, abilities),
  moderate: measureModeration,
  transcribe: (work) => Promise.resolve(measureAudio(work)),
  speak: (work) => Promise.resolve(measureSpeech(work)),
  draw: async (work, model, abilities) => {
    const most = measureDrawing(work, model);
    const text = await abilities.maxText(model, work);
    return { ...most, ...(text && { text }) };
  },
};

async function measureTexts(
  texts: readonly string[],
  model: AbilityModel,
  abilities: Abilities,
): Promise<AbilityUsage> {
  if (texts.length === 0) throw new RangeError('there is no text');
  checkTexts(texts);
  return { tokens: await abilities.maxTokens(model, { texts }), estimated: true };
}

async function measureModeration(
  { texts, images = [] }: AbilityWork['moderate'],
  model: AbilityModel,
  abilities: Abilities,
): Promise<AbilityUsage> {
  if (texts.length + images.length === 0) throw new RangeError('there is nothing to judge');
  if (images.length > 0 && !model.judgesImages) throw new RangeError(`${model.id} judges texts only`);
  if (images.length > bounds.images) throw tooMuch('images', bounds.images);
  checkTexts(texts);
  checkInputs(images.map((bytes) => ({ bytes, role: 'image' })));
  return { tokens: await abilities.maxTokens(model, { texts, images }), estimated: true };
}

function checkTexts(texts: readonly string[]): void {
  if (texts.some((text) => text.trim() === '')) throw new RangeError('there is a text without words');
  if (texts.length > bounds.texts) throw tooMuch('texts', bounds.texts);
  if (texts.some(({ length }) => length > bounds.textCharacters)) throw tooMuch('characters', bounds.textCharacters);
  const all = texts.reduce((sum, { length }) => sum + length, 0);
  if (all > bounds.allCharacters) throw tooMuch('characters', bounds.allCharacters);
}

/** Of formats that are not read here, the most that so many bytes can hold. */
function measureAudio({ audio }: AbilityWork['transcribe']): AbilityUsage {
  if (audio.length > bounds.audioMb * 1e6) throw tooMuch('audio-mb', bounds.audioMb);
  const sound = soundOf(audio);
  if (!sound) throw new UserError('paid.unreadable.audio', 'this is no sound');
  const seconds = sound.seconds ?? audio.length / LEAST_BYTES_PER_SECOND;
  if (seconds > bounds.audioMinutes * 60) throw tooMuch('audio-minutes', bounds.audioMinutes);
  return { seconds, estimated: true };
}

function measureSpeech({ text, speed = 1 }: AbilityWork['speak']): AbilityUsage {
  if (text.trim() === '') throw new RangeError('there is nothing to say');
  if (!(speed >= 0.25 && speed <= 4)) throw new RangeError(`a speed of ${speed} is not from 0.25 to 4`);
  if (text.length > bounds.spokenCharacters) throw tooMuch('spoken-characters', bounds.spokenCharacters);
  const characters = charactersOf(text);
  const seconds = (characters * SLOWEST_SECONDS_PER_CHARACTER + SILENCE_SECONDS) / Math.min(1, speed);
  return { characters, seconds, estimated: true };
}

function measureDrawing(work: AbilityWork['draw'], { id, draws }: AbilityModel): AbilityUsage {
  const { prompt, negativePrompt = '', inputs = [], count = 1, previews = 0, size, aspect, quality } = work;
  if (prompt.trim() === '' && !worksWithoutWords(work)) throw new RangeError('there is nothing to draw');
  if (prompt.length + negativePrompt.length > bounds.promptCharacters)
    throw tooMuch('characters', bounds.promptCharacters);
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`${count} images`);
  if (count > bounds.images) throw tooMuch('images', bounds.images);
  if (!Number.isInteger(previews) || previews < 0 || previews > bounds.previews)
    throw new RangeError(`${previews} previews`);
  if (size !== undefined && !/^\d{2,4}x\d{2,4}$/.test(size)) throw new RangeError(`${size} is no size`);
  if (aspect !== undefined && !/^[1-9]\d?:[1-9]\d?$/.test(aspect)) throw new RangeError(`${aspect} is no aspect`);
  checkInputs(inputs);
  if (draws) checkDrawing(work, id, draws);
  return { images: { count, ...(size !== undefined && { size }), ...(quality && { quality }) }, estimated: true };
}

function checkInputs(inputs: readonly { bytes: Uint8Array; role: string }[]): void {
  if (inputs.length > bounds.inputImages) throw tooMuch('input-images', bounds.inputImages);
  const masks = inputs.filter(({ role }) => role === 'mask').length;
  if (masks > 1 || (masks === 1 && inputs.length === 1)) throw new RangeError('a mask belongs to an image');
  if (inputs.some(({ bytes }) => bytes.length > bounds.inputMb * 1e6)) throw tooMuch('input-mb', bounds.inputMb);
  const all = inputs.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (all > bounds.allInputsMb * 1e6) throw tooMuch('input-mb', bounds.allInputsMb);
  for (const { bytes } of inputs) {
    const image = imageOf(bytes);
    if (image?.width === undefined || image.height === undefined) {
      throw new UserError('paid.unreadable.image', 'this is no image');
    }
    if (image.width * image.height > bounds.inputMegapixels * 1e6) throw tooMuch('megapixels', bounds.inputMegapixels);
  }
}
