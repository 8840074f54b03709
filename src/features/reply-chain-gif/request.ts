import { z } from 'zod';
import { bounds } from './settings.ts';

export const formats = ['gif', 'webp', 'mp4'] as const;

/** What a member chose, as it is stored; the settings have the rest. An earlier version's is read as one of today. */
export const chainOptions = z.strictObject({
  frames: z.int().min(bounds.frames.min).max(bounds.frames.max).optional(),
  delayMs: z.int().min(bounds.delayMs.min).max(bounds.delayMs.max).optional(),
  size: z.int().min(bounds.size.min).max(bounds.size.max).optional(),
  format: z.enum(formats).default('gif'),
  /** All frames of animated images. */
  animated: z.boolean().default(false),
  /** One smooth zoom through images that were zoomed out of. */
  zoom: z.boolean().default(false),
  /** The cooldown that it counts against. */
  cooldown: z.enum(['gif', 'gif-zoom']).default('gif'),
});
export type ChainOptions = z.output<typeof chainOptions>;

/** Of its job, which is added once. */
export const keyOf = (requestId: string): string => `reply-chain-gif/${requestId}`;
