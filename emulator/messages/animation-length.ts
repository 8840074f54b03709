const PNG_HEADER_BYTES = 8;

/** Chunks of a PNG with where their data begins; a chunk that is cut short ends the walk. */
export function* pngChunks(data: Buffer): Generator<{ type: string; at: number; length: number }> {
  let offset = PNG_HEADER_BYTES;
  while (offset + 8 <= data.length) {
    const length = data.readUInt32BE(offset);
    if (offset + 12 + length > data.length) return;
    yield { type: data.toString('latin1', offset + 4, offset + 8), at: offset + 8, length };
    offset += 12 + length;
  }
}

/** How long one run of an APNG lasts, in seconds: the delays of its frames (`fcTL`, PNG specification, third edition). */
export function apngSeconds(data: Buffer): number {
  let seconds = 0;
  for (const { type, at, length } of pngChunks(data)) {
    if (type !== 'fcTL' || length < 24) continue;
    // A denominator of 0 stands for 100.
    seconds += data.readUInt16BE(at + 20) / (data.readUInt16BE(at + 22) || 100);
  }
  return seconds;
}

const GIF_EXTENSION = 0x21;
const GIF_IMAGE = 0x2c;
const GIF_GRAPHIC_CONTROL = 0xf9;

/** How long one run of a GIF lasts, in seconds: the delays of its graphic control extensions (GIF89a). */
export function gifSeconds(data: Buffer): number {
  let hundredths = 0;
  let offset = 13 + colorTableBytes(data[10]);
  while (offset < data.length) {
    if (data[offset] === GIF_EXTENSION) {
      if (data[offset + 1] === GIF_GRAPHIC_CONTROL && offset + 6 <= data.length) {
        hundredths += data.readUInt16LE(offset + 4);
      }
      offset = endOfBlocks(data, offset + 2);
    } else if (data[offset] === GIF_IMAGE) {
      offset = endOfBlocks(data, offset + 11 + colorTableBytes(data[offset + 9]));
    } else {
      break;
    }
  }
  return hundredths / 100;
}

function colorTableBytes(packed = 0): number {
  return (packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 0x07) + 1);
}

/** Sub-blocks say how long each is; an empty one is the last. */
function endOfBlocks(data: Buffer, start: number): number {
  let offset = start;
  for (;;) {
    const length = data[offset] ?? 0;
    offset += 1 + length;
    if (length === 0) return offset;
  }
}
