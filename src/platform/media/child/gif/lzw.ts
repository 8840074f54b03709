/** GIF's compression: see appendix F of the GIF89a specification. */

const MOST_CODES = 4096;
const HASH_BITS = 14;
const HASH_SIZE = 1 << HASH_BITS;
const keys = new Int32Array(HASH_SIZE);
const codes = new Uint16Array(HASH_SIZE);
const MOST_BLOCK = 255;

/** What compressed pixels take at most, with the lengths of the blocks. */
export const mostLzwBytes = (pixels: number): number => Math.ceil(pixels * 1.6) + 1024;

/** Writes the code size, the blocks and the closing zero to `out` from `start` on; returns the place behind them. */
export function writeLzw(indices: Uint8Array, bits: number, out: Uint8Array, start: number): number {
  const codeSize = Math.max(2, bits);
  const clear = 1 << codeSize;
  let place = start;
  out[place++] = codeSize;
  let blockStart = place++;
  let width = codeSize + 1;
  let [next, buffer, held] = [clear + 2, clear, width];
  keys.fill(-1);
  let prefix = indices[0] ?? 0;
  for (let index = 1; index <= indices.length; index++) {
    const isEnd = index === indices.length;
    const pixel = isEnd ? 0 : (indices[index] ?? 0);
    const key = (prefix << 8) | pixel;
    let slot = (Math.imul(key, 0x9e3779b1) >>> (32 - HASH_BITS)) & (HASH_SIZE - 1);
    if (!isEnd) {
      let found = keys[slot] ?? -1;
      while (found !== key && found !== -1) {
        slot = (slot + 1) & (HASH_SIZE - 1);
        found = keys[slot] ?? -1;
      }
      if (found === key) {
        prefix = codes[slot] ?? 0;
        continue;
      }
    }
    // At most 12 bits join at most 7.
    buffer |= prefix << held;
    held += width;
    if (!isEnd) {
      if (next < MOST_CODES) {
        if (next === 1 << width && width < 12) width++;
        keys[slot] = key;
        codes[slot] = next++;
      } else {
        buffer |= clear << held;
        // Up to 7 + 12 + 12 bits.
        held += 12;
        keys.fill(-1);
        next = clear + 2;
        width = codeSize + 1;
      }
      prefix = pixel;
    } else {
      buffer |= (clear + 1) << held;
      held += next === 1 << width && width < 12 ? width + 1 : width;
    }
    while (held >= 8) {
      out[place++] = buffer & 0xff;
      buffer >>>= 8;
      held -= 8;
      if (place - blockStart > MOST_BLOCK) {
        out[blockStart] = MOST_BLOCK;
        blockStart = place++;
      }
    }
  }
  if (held > 0) out[place++] = buffer & 0xff;
  return closeBlocks(out, blockStart, place);
}

function closeBlocks(out: Uint8Array, blockStart: number, end: number): number {
  const length = end - blockStart - 1;
  out[blockStart] = length;
  if (length === 0) return end;
  out[end] = 0;
  return end + 1;
}
