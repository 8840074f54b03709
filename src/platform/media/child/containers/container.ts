/** What is known of a file without decoding its pixels. */
export interface Container {
  /** Nothing but what draws the image: no metadata, no profile, nothing behind the end. */
  isClean: boolean;
  /** Has a colour profile: without it the colours would be others. */
  hasProfile: boolean;
  /** The text that this bot wrote into the file, ASCII. */
  note?: string;
  /** The same image without anything else, with a note of ASCII. */
  write(note?: string): Uint8Array;
}

/** Our text in foreign hands is found again by this beginning. */
export const NOTE_START = '{"familiar":1';

export const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

/** The note within a block of metadata, up to its closing zero. */
export function noteWithin(block: Uint8Array): string | undefined {
  const text = latin1(block);
  const start = text.indexOf(NOTE_START);
  if (start < 0) return undefined;
  const end = text.indexOf('\0', start);
  return text.slice(start, end < 0 ? undefined : end);
}

const USER_COMMENT = 'ASCII\0\0\0';

/** An EXIF block whose only field is UserComment. */
export function exifOf(note: string): Buffer {
  const comment = Buffer.from(`${USER_COMMENT}${note}\0`, 'latin1');
  const head = Buffer.alloc(44);
  head.write('MM\0*', 0, 'latin1');
  head.writeUInt32BE(8, 4);
  // IFD0: one entry, which points to the EXIF IFD.
  head.writeUInt16BE(1, 8);
  head.writeUInt16BE(0x8769, 10);
  head.writeUInt16BE(4, 12);
  head.writeUInt32BE(1, 14);
  head.writeUInt32BE(26, 18);
  // EXIF IFD: one entry, UserComment of undefined type.
  head.writeUInt16BE(1, 26);
  head.writeUInt16BE(0x9286, 28);
  head.writeUInt16BE(7, 30);
  head.writeUInt32BE(comment.length, 32);
  head.writeUInt32BE(44, 36);
  return Buffer.concat([head, comment]);
}
