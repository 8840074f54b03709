import { Buffer } from 'node:buffer';

/** An Ogg file with Opus packets of 20 ms that hold silence. */
export function fakeSound(seconds: number): Uint8Array {
  const head = Buffer.alloc(19);
  head.write('OpusHead');
  const packets = Array.from({ length: seconds * 50 }, () => Buffer.from([0xf8, 0xff, 0xfe]));
  const all = [head, Buffer.from('OpusTags'), ...packets];
  const pages: Buffer[] = [];
  for (let first = 0; first < all.length; first += 50) {
    const some = all.slice(first, first + 50);
    const header = Buffer.alloc(27);
    header.write('OggS');
    header[26] = some.length;
    pages.push(header, Buffer.from(some.map(({ length }) => length)), ...some);
  }
  return Buffer.concat(pages);
}

/** Silence without compression. */
export function fakeWave(seconds: number): Uint8Array {
  const bytesPerSecond = 16_000;
  const header = Buffer.alloc(44);
  header.write('RIFF');
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(bytesPerSecond / 2, 24);
  header.writeUInt32LE(bytesPerSecond, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  // As servers write it that stream what they say.
  header.writeUInt32LE(0xffff_ffff, 40);
  return Buffer.concat([header, Buffer.alloc(seconds * bytesPerSecond)]);
}

/** Frames of MPEG-1 layer III at 128 kbit/s and 44.1 kHz, behind a tag. */
export function fakeMp3(frames: number): Uint8Array {
  const tag = Buffer.from('ID3\x04\x00\x00\x00\x00\x00\x05tag..', 'latin1');
  const frame = Buffer.alloc(417);
  frame.set([0xff, 0xfb, 0x90, 0x00]);
  return Buffer.concat([tag, ...Array.from({ length: frames }, () => frame)]);
}
