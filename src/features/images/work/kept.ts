import type { FinishedImage } from '../../../sdk/index.ts';

/** Images that were drawn and charged, but are neither kept nor shown. */
export interface Withheld {
  count: number;
  /** What they were flagged for. */
  categories: readonly string[];
}

/** An image as it is kept, without the caption that is shown below it, with what is stored of it. */
export interface KeptImage {
  id: string;
  image: FinishedImage;
  seed: number | undefined;
  /** What it was flagged for, where it is hidden until a member clicks it. */
  hiddenFor: readonly string[];
  /** Why it is not kept: a key of the catalogue. */
  notKept?: 'quota' | 'too-large' | 'disk-full' | 'away';
}
