import type { FinishedImage } from '../../../sdk/index.ts';

/** An image as it is shown, with what is stored of it. */
export interface KeptImage {
  id: string;
  image: FinishedImage;
  seed: number | undefined;
  /** Why it is not kept: a key of the catalogue. */
  notKept?: 'quota' | 'too-large' | 'disk-full' | 'away';
}
