import { z } from 'zod';
import { drawModes } from '../../sdk/index.ts';

/** Where an image to begin from is: one of the bot's own, or a file of a message. */
const source = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('result'), id: z.uuid() }),
  z.strictObject({
    kind: z.literal('attachment'),
    url: z.string(),
    filename: z.string(),
    size: z.int(),
    /** Whether it is hidden until a member clicks it. */
    spoiler: z.boolean().optional(),
  }),
]);
export type ImageSource = z.output<typeof source>;

/** `left`: the part to the left of the picture is drawn as well. */
export const panDirections = ['left', 'right', 'up', 'down'] as const;

/** Of one request. */
export const mostImages = 10;

/**
 * What a member wants, as it is stored: encrypted, because prompts are what people wrote. An earlier version's is read as
 * one of today, so fields are added with defaults.
 */
export const imageRequest = z.strictObject({
  mode: z.enum(drawModes),
  prompt: z.string(),
  negativePrompt: z.string().optional(),
  /** Of `replace`: what is to be found. */
  find: z.string().optional(),
  count: z.int().min(1).max(mostImages).default(1),
  size: z.string().optional(),
  aspect: z.string().optional(),
  style: z.string().optional(),
  seed: z.int().optional(),
  strength: z.number().min(0).max(1).optional(),
  /** Of `outpaint`: how much larger, or where more is to be seen. */
  zoom: z.number().optional(),
  pan: z.enum(panDirections).optional(),
  /** Of `inpaint` and `erase`: cells of a grid of 3 × 3, 1 to 9. */
  cells: z.array(z.int().min(1).max(9)).optional(),
  factor: z.number().optional(),
  inputs: z.array(source).default([]),
  /** The prefix that it came by, which has a price and options. */
  prefix: z.string().optional(),
  options: z.record(z.string(), z.json()).default({}),
  caption: z.boolean().default(false),
  spoiler: z.boolean().default(false),
  /** For the asker alone: by direct message, and with nothing written into the file. */
  private: z.boolean().default(false),
  seconds: z.int().default(180),
  /** The batch whose sheets show it, in place of a message of its own. */
  batch: z.uuid().optional(),
  /** What its images were flagged for that nobody is shown: a run after a crash says it, too. */
  withheldFor: z.array(z.string()).default([]),
});
export type ImageRequest = z.output<typeof imageRequest>;
export type NewImageRequest = z.input<typeof imageRequest>;

/** The bot's own images that it begins from. */
export const parentsOf = ({ inputs }: Pick<ImageRequest, 'inputs'>): string[] =>
  inputs.flatMap((input) => (input.kind === 'result' ? [input.id] : []));

/** Names everything that is paid for a request. */
export const paidAs = (id: string): string => `images/${id}`;
