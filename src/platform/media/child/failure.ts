/** A failure with a code of `ImageWork`. */
export class ImageFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export const tooLarge = (message: string): ImageFailure => new ImageFailure('media/too-large', message);

/** Everything that a decoder complains of is an unreadable image. */
export function failureOf(error: unknown): { code: string; message: string } {
  if (error instanceof ImageFailure) return { code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  const code = /exceeds pixel limit/i.test(message) ? 'media/too-large' : 'media/unreadable';
  return { code, message: message.slice(0, 500) };
}
