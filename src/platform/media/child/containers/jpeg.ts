import { exifOf, latin1, noteWithin } from './container.ts';
import type { Container } from './container.ts';

const EXIF = 'Exif\0\0';
const MARKER = { app0: 0xe0, app1: 0xe1, app2: 0xe2, app14: 0xee, app15: 0xef, comment: 0xfe, scan: 0xda, end: 0xd9 };

interface Segment {
  marker: number;
  start: number;
  end: number;
}

export function readJpeg(file: Uint8Array): Container {
  const { segments, scanStart } = segmentsOf(file);
  const kept = segments.filter(({ marker }) => !isMetadata(marker));
  const exif = segments.find(
    ({ marker, start }) => marker === MARKER.app1 && latin1(file.subarray(start + 4, start + 10)) === EXIF,
  );
  const note = exif && noteWithin(file.subarray(exif.start + 10, exif.end));
  const end = endOfImage(file, scanStart);
  return {
    isClean: kept.length === segments.length && end === file.length,
    hasProfile: segments.some(({ marker }) => marker === MARKER.app2),
    ...(note !== undefined && { note }),
    write: (text) => write(file, kept, { scanStart, end }, text),
  };
}

/** More metadata than this only slows decoders down; cameras write some kilobytes. */
const MOST_METADATA_BYTES = 1_000_000;

/** The file without its metadata where that is bulky; otherwise as it is. */
export function withoutBulkyMetadata(file: Uint8Array): Uint8Array {
  const { segments, scanStart } = segmentsOf(file);
  const metadata = segments.filter(({ marker }) => isMetadata(marker));
  if (metadata.reduce((sum, { start, end }) => sum + end - start, 0) <= MOST_METADATA_BYTES) return file;
  const kept = segments.filter(({ marker }) => !isMetadata(marker));
  return write(file, kept, { scanStart, end: file.length }, undefined);
}

/** JFIF's and Adobe's segments say how colours are stored. */
function isMetadata(marker: number): boolean {
  if (marker === MARKER.app0 || marker === MARKER.app14) return false;
  return (marker >= MARKER.app0 && marker <= MARKER.app15) || marker === MARKER.comment;
}

function segmentsOf(file: Uint8Array): { segments: Segment[]; scanStart: number } {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const segments: Segment[] = [];
  let start = 2;
  while (start + 4 <= file.length && file[start] === 0xff) {
    const marker = file[start + 1] ?? 0;
    // Fill bytes.
    if (marker === 0xff) {
      start += 1;
      continue;
    }
    if (marker === MARKER.scan) break;
    const end = start + 2 + view.getUint16(start + 2);
    if (end > file.length) break;
    segments.push({ marker, start, end });
    start = end;
  }
  return { segments, scanStart: start };
}

/**
 * Behind the last end marker that belongs to the image: scans hold 0xff only before 0, restart markers, and the segments
 * between progressive scans.
 */
function endOfImage(file: Uint8Array, scanStart: number): number {
  for (let at = scanStart; at >= 0 && at + 1 < file.length;) {
    const next = file.indexOf(0xff, at);
    if (next < 0) break;
    const marker = file[next + 1] ?? 0;
    if (marker === MARKER.end) return next + 2;
    const hasLength = marker >= 0xc0 && !(marker >= 0xd0 && marker <= 0xd7) && marker !== 0xff;
    const length = hasLength ? ((file[next + 2] ?? 0) << 8) | (file[next + 3] ?? 0) : 0;
    at = next + (marker === 0xff ? 1 : 2) + length;
  }
  return file.length;
}

function write(
  file: Uint8Array,
  kept: readonly Segment[],
  { scanStart, end }: { scanStart: number; end: number },
  note: string | undefined,
): Uint8Array {
  const parts = kept.map(({ start, end: last }) => file.subarray(start, last));
  // Behind JFIF's segment, which has to be the first.
  const place = kept[0]?.marker === MARKER.app0 ? 1 : 0;
  if (note !== undefined) parts.splice(place, 0, segmentOf(note));
  return Buffer.concat([file.subarray(0, 2), ...parts, file.subarray(scanStart, end)]);
}

function segmentOf(note: string): Buffer {
  const body = Buffer.concat([Buffer.from(EXIF, 'latin1'), exifOf(note)]);
  const head = Buffer.from([0xff, MARKER.app1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}
