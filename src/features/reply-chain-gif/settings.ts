import { z } from 'zod';
import { emoji } from '../../sdk/index.ts';
import type { FeatureContext } from '../../sdk/index.ts';

/** What a request can ask for, whatever the settings are. */
export const bounds = {
  frames: { min: 2, max: 100 },
  delayMs: { min: 20, max: 10_000 },
  size: { min: 64, max: 1024 },
} as const;

export const chainSettings = z.strictObject({
  enabled: z.boolean().default(true).meta({ changedBy: 'server' }),
  /** Whether "gif" works as a reply in direct messages. */
  directMessages: z.boolean().default(true),
  frames: z.int().min(bounds.frames.min).max(bounds.frames.max).default(30).meta({ changedBy: 'server' }),
  /** Of the longest edge, in pixels. */
  size: z.int().min(bounds.size.min).max(bounds.size.max).default(768).meta({ changedBy: 'server' }),
  /** Of each image, in milliseconds. */
  delayMs: z.int().min(bounds.delayMs.min).max(bounds.delayMs.max).default(700).meta({ changedBy: 'server' }),
  /** Of the animation, in mebibytes; never more than may be uploaded. */
  maxMb: z.int().min(1).max(100).default(8).meta({ changedBy: 'server' }),
  /** Among how many of the latest messages replies are looked for. */
  scan: z.int().min(0).max(1000).default(400).meta({ changedBy: 'server', tightenOnly: true }),
  waitingEmoji: emoji.default('👀').meta({ kind: 'emoji', changedBy: 'server' }),
  doneEmoji: emoji.default('✅').meta({ kind: 'emoji', changedBy: 'server' }),
  failedEmoji: emoji.default('❌').meta({ kind: 'emoji', changedBy: 'server' }),
});

export type ChainContext = FeatureContext<z.output<typeof chainSettings>>;
export type Needs<Key extends keyof ChainContext> = Pick<ChainContext, Key>;
