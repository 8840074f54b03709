/** What is decoded at most; more is `media/too-large`. */
export const MOST_FILE_BYTES = 25_000_000;
/** 50 megapixels take 200 MB when they can't be streamed. */
export const MOST_PIXELS = 50_000_000;
export const MOST_FRAMES = 300;
/** Of all files of one request together. */
export const MOST_REQUEST_BYTES = 100_000_000;
/** Of all files of one answer together. */
export const MOST_REPLY_BYTES = 64_000_000;

/** 24 megapixels take a second; an image that takes this long is an attack. */
export const TIMEOUT_MS = 30_000;
/** A drawing that a model wrote takes a tenth of a second. */
export const SVG_TIMEOUT_MS = 10_000;
export const MOST_SVG_EDGE = 2048;
export const ANIMATION_TIMEOUT_MS = 60_000;
