/** Work on images: foreign ones, and what the bot makes. See `ImageWork`. */

/** What a file is, by decoding it. */
export interface ImageInfo {
  /** `image/png`, `image/jpeg`, `image/webp`, `image/gif`, `image/avif`. */
  contentType: string;
  /** In pixels, upright. */
  width: number;
  height: number;
  frames: number;
  hasTransparency: boolean;
  /** What this bot wrote into it; undefined for images of others. */
  note?: ImageNote;
}

/** Written into a file, so that an image tells how it was made. */
export interface ImageNote {
  prompt: string;
  negativePrompt?: string;
  model: string;
  seed?: number;
  /** Further settings by name: `size`, `strength`. */
  settings?: Readonly<Record<string, string>>;
}

export interface FinishOptions {
  /** In bytes: what may be uploaded where it is shown. */
  maxBytes: number;
  /** Drawn below the image, on a strip of its own. Any text; cut to what fits into four lines. */
  caption?: string;
  note?: ImageNote;
  /** `small`: as compressed as a preview may be, at most 512 pixels wide. `full` unless given. */
  purpose?: 'full' | 'preview';
}

export interface FitLimits {
  /** In pixels. */
  longestEdge: number;
  maxBytes: number;
  /** Keeps the upper part of these proportions, for images with a caption below. Images that are no higher stay whole. */
  upperPart?: { width: number; height: number };
}

export interface MadeImage {
  bytes: Uint8Array;
  contentType: string;
  width: number;
  height: number;
}

export interface FinishedImage extends MadeImage {
  /** What had to be done to make it small enough. */
  shrunk: 'no' | 'compressed' | 'scaled';
}

/** An image with more around it, for models that outpaint by a mask. Both are PNG. */
export interface EnlargedImage {
  /** The old image where it was; what is new is filled with its blurred edges. */
  image: MadeImage;
  /** White is drawn again, black stays; soft at the seam. */
  mask: MadeImage;
  /** The same for models that draw the transparent part again. */
  transparentMask: MadeImage;
}

export interface SheetImage {
  bytes: Uint8Array;
  /** On its upper left corner; its place in the list unless given, `1` for the first. */
  label?: string;
}

/** An image of the family tree, and the images that it was made of. */
export interface TreeImage extends SheetImage {
  id: string;
  parentIds: readonly string[];
}

export interface GifOptions {
  /** 30 unless given. The newest are left out. */
  maxFrames?: number;
  /** Of the canvas's longest side, in pixels; 768 unless given. */
  longestEdge?: number;
  /** Of each image; 700 unless given. Frames of animated images keep their own. */
  delayMs?: number;
  /** 8 MiB unless given. */
  maxBytes?: number;
  /** `webp` and `mp4` only where asked for; `mp4` rejects with `media/no-ffmpeg` where that is not installed. */
  format?: 'gif' | 'webp' | 'mp4';
  /** All frames of animated images, in place of their first. */
  animated?: boolean;
}

export interface MadeAnimation extends MadeImage {
  frames: number;
  /** How many images were left out to make it small enough, or since they are too many. */
  leftOut: number;
}

/** One image of a chain of zoom-outs: where the one before it lies in it, in pixels. */
export interface ZoomStep {
  bytes: Uint8Array;
  /** Undefined for the first. */
  inner?: { left: number; top: number; width: number; height: number };
}

export interface Margins {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface PaintOptions {
  prompt: string;
  width: number;
  height: number;
  seed: number;
  /** Painted over, or beyond: what is to be kept of it is seen in the result. */
  base?: Uint8Array;
  /** In pixels: what is painted around the base, which fills the rest. */
  margins?: Margins;
  /** What is painted again is transparent there. */
  mask?: Uint8Array;
}

export interface RasteriseOptions {
  svg: string;
  /** In pixels, at most 2048 each; by its own proportions unless given, 1024 on the longer side. */
  canvas?: { width: number; height: number };
}

/**
 * Everything that decodes or encodes images. It runs in a pool of child processes with limits of time, memory, pixels, frames
 * and bytes, which get nothing but the image: a killed child costs one request, and the next is ready within a second.
 * Formats are taken from the bytes; PNG, JPEG, WebP, GIF and AVIF are read, nothing else is, SVG included: only `rasterise` draws that, written again from what is harmless of it. What comes out
 * carries no foreign metadata.
 *
 * Every method rejects with the signal's reason when that is aborted, or with a VendorError that is not retryable:
 *
 * - `media/no-image`: the bytes are none of these formats.
 * - `media/unreadable`: broken, truncated, or a trap.
 * - `media/too-large`: more pixels, frames or bytes than are decoded (50 megapixels, 300 frames, 25 MB).
 * - `media/cannot-shrink`: nothing makes it small enough.
 * - `media/busy`: too much waits already; retryable.
 */
export interface ImageWork {
  inspect(file: Uint8Array, signal: AbortSignal): Promise<ImageInfo>;
  /**
   * As it can be shown: upright, without foreign metadata, with its caption and note, small enough. What needs none of it
   * passes unchanged: the same bytes come back.
   */
  finish(file: Uint8Array, options: FinishOptions, signal: AbortSignal): Promise<FinishedImage>;
  /** At most so wide and high, upright, as PNG or JPEG: what every provider takes. */
  fit(file: Uint8Array, limits: FitLimits, signal: AbortSignal): Promise<MadeImage>;
  enlarge(file: Uint8Array, margins: Margins, signal: AbortSignal): Promise<EnlargedImage>;
  /** A mask of an image's size: cells of a grid of 3 × 3, 1 to 9 in reading order, are to be drawn again. */
  cellMask(
    file: Uint8Array,
    cells: readonly number[],
    signal: AbortSignal,
  ): Promise<{ mask: MadeImage; transparentMask: MadeImage }>;
  /** The image with the grid and its numbers over it, for choosing. */
  numbered(file: Uint8Array, signal: AbortSignal): Promise<MadeImage>;
  /** Up to 25 images on one, with their labels. */
  sheet(images: readonly SheetImage[], signal: AbortSignal): Promise<MadeImage>;
  /** Up to 40 images with arrows from what they were made of. */
  tree(images: readonly TreeImage[], signal: AbortSignal): Promise<MadeImage>;
  /** By plain resampling: no model adds anything. At most 50 megapixels come out. */
  scale(file: Uint8Array, factor: number, signal: AbortSignal): Promise<MadeImage>;
  /** All images on one canvas, centred, one after the other, small enough. */
  animate(files: readonly Uint8Array[], options: GifOptions, signal: AbortSignal): Promise<MadeAnimation>;
  /** Whether `mp4` can be made on this machine now. Never rejects. */
  makesVideos(): Promise<boolean>;
  /** One smooth movement through a chain of zoom-outs. */
  zoom(steps: readonly ZoomStep[], options: GifOptions, signal: AbortSignal): Promise<MadeAnimation>;
  /** An image of our own: the same options give the same image, other prompts visibly others. */
  paint(options: PaintOptions, signal: AbortSignal): Promise<MadeImage>;
  /**
   * An SVG document as PNG: shapes, texts, gradients, masks, without its filters. Rejects with `media/svg-forbidden` for what can run, load or slow down
   * (scripts, styles, images, references to anything outside), `media/svg-too-much` and `media/svg-broken` besides.
   */
  rasterise(options: RasteriseOptions, signal: AbortSignal): Promise<MadeImage>;
  /** Ends the children; what still runs rejects. */
  close(): Promise<void>;
}
