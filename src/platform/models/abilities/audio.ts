/** What a sound file is, by its bytes alone: names and declared types are anybody's word. */
export interface Sound {
  contentType: string;
  /** For a form: providers read the format from it. */
  extension: string;
  /** Summed up over its packets or frames, since headers may lie; undefined for formats that are not read here. */
  seconds?: number;
}

/** The lowest rate at which speech is kept, that of Opus: no sound lasts longer for its bytes. */
export const LEAST_BYTES_PER_SECOND = 750;

/** Undefined for what is no sound that is known. */
export function soundOf(bytes: Uint8Array): Sound | undefined {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = data.toString('latin1', 0, 12);
  const of = (contentType: string, extension: string, seconds?: number): Sound => ({
    ...{ contentType, extension },
    ...(seconds !== undefined && { seconds }),
  });
  if (start.startsWith('OggS')) return of('audio/ogg', 'ogg', secondsOfOpus(data));
  if (start.startsWith('RIFF') && start.endsWith('WAVE')) return of('audio/wav', 'wav', secondsOfWave(data));
  if (start.startsWith('fLaC')) return of('audio/flac', 'flac');
  if (start.startsWith('ftyp', 4)) return of('audio/mp4', 'm4a');
  if (start.startsWith('\x1a\x45\xdf\xa3')) return of('audio/webm', 'webm');
  if (start.startsWith('ID3') || frameAt(data, 0)) return of('audio/mpeg', 'mp3', secondsOfMp3(data));
  return undefined;
}

function secondsOfWave(data: Buffer): number | undefined {
  let bytesPerSecond = 0;
  for (let at = 12; at + 8 <= data.length;) {
    const name = data.toString('latin1', at, at + 4);
    const size = data.readUInt32LE(at + 4);
    if (name === 'fmt ' && at + 24 <= data.length)
      bytesPerSecond = data.readUInt32LE(at + 12) * data.readUInt16LE(at + 20);
    // Of what was written while it was spoken, the size is not known: all that follows is sound.
    if (name === 'data') return bytesPerSecond > 0 ? (data.length - at - 8) / bytesPerSecond : undefined;
    at += 8 + size + (size % 2);
  }
  return undefined;
}

/** RFC 3533 (pages) and RFC 6716, section 3.1 (what the first byte of a packet says). */
function secondsOfOpus(data: Buffer): number | undefined {
  let milliseconds = 0;
  let packets = 0;
  let continues = false;
  for (let page = 0; page < data.length;) {
    if (page + 27 > data.length || data.toString('latin1', page, page + 4) !== 'OggS') return undefined;
    const segments = data[page + 26] ?? 0;
    let at = page + 27 + segments;
    for (let index = 0; index < segments; index += 1) {
      const size = data[page + 27 + index] ?? 0;
      if (!continues) {
        packets += 1;
        if (packets === 1 && data.toString('latin1', at, at + 8) !== 'OpusHead') return undefined;
        // The first two describe the file.
        if (packets > 2 && size > 0) milliseconds += packetMs(data[at] ?? 0, data[at + 1] ?? 0);
      }
      continues = size === 255;
      at += size;
    }
    page = at;
  }
  return milliseconds / 1000;
}

function packetMs(first: number, second: number): number {
  const kind = first >> 3;
  const lengths = kind < 12 ? [10, 20, 40, 60] : kind < 16 ? [10, 20, 10, 20] : [2.5, 5, 10, 20];
  const frames = [1, 2, 2, second & 63][first & 3] ?? 1;
  return (lengths[kind & 3] ?? 60) * frames;
}

interface Frame {
  bytes: number;
  seconds: number;
}

const kbits: Readonly<Record<'one' | 'two', readonly number[]>> = {
  one: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0],
  two: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0],
};

/** The header of a frame of MPEG audio, layer III. */
function frameAt(data: Buffer, at: number): Frame | undefined {
  const [first = 0, second = 0, third = 0] = data.subarray(at, at + 3);
  if (first !== 0xff || (second & 0xe6) !== 0xe2) return undefined;
  const version = (second >> 3) & 3;
  const rate = [44_100, 48_000, 32_000][(third >> 2) & 3];
  const kbit = kbits[version === 3 ? 'one' : 'two'][third >> 4] ?? 0;
  if (version === 1 || rate === undefined || kbit === 0) return undefined;
  const samplesPerSecond = rate / ([4, 1, 2, 1][version] ?? 1);
  const samples = version === 3 ? 1152 : 576;
  const bytes = Math.floor(((samples / 8) * kbit * 1000) / samplesPerSecond) + ((third >> 1) & 1);
  return { bytes, seconds: samples / samplesPerSecond };
}

function secondsOfMp3(data: Buffer): number | undefined {
  let at = 0;
  if (data.toString('latin1', 0, 3) === 'ID3' && data.length >= 10) {
    const size = [6, 7, 8, 9].reduce((sum, place) => sum * 128 + ((data[place] ?? 0) & 127), 0);
    at = 10 + size;
  }
  let seconds = 0;
  for (let frame = frameAt(data, at); frame; frame = frameAt(data, at)) {
    seconds += frame.seconds;
    at += frame.bytes;
  }
  // Tags of up to some kilobytes may follow the sound.
  return seconds > 0 && data.length - at < 4096 ? seconds : undefined;
}
