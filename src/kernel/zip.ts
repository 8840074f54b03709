import { crc32 } from 'node:zlib';

export interface ZipEntry {
  /** With `/` between folders. Unique in the archive. */
  name: string;
  bytes: Uint8Array;
  /** Unix ms. */
  changedAtMs: number;
}

/** What an archive has beside the bytes of a file: two headers, and the name in both. */
export const zipOverhead = (name: string): number => localBytes + centralBytes + 2 * Buffer.byteLength(name);

const localBytes = 30;
const centralBytes = 46;
const endBytes = 22;
/** Of an empty archive. */
export const emptyZipBytes = endBytes;

const most16 = 0xffff;
const most32 = 0xffff_ffff;
/** Names are UTF-8. */
const utf8Flag = 0x0800;
const version = 20;

/**
 * A ZIP archive that stores files as they are, without compression, in their order: for what is compressed already. Throws a
 * RangeError beyond what archives without ZIP64 take: 65,534 files, 4 GB.
 */
export function makeZip(entries: readonly ZipEntry[]): Buffer {
  if (entries.length >= most16) throw new RangeError(`${entries.length} files are too many for an archive`);
  const parts: Uint8Array[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name, 'utf8');
    const shared = sharedHeader(entry, name);
    const local = Buffer.concat([numbers([4, 0x04034b50]), shared, name]);
    directory.push(
      Buffer.concat([
        numbers([4, 0x02014b50], [2, version]),
        shared,
        // No comment; on the first disk; no attributes.
        numbers([2, 0], [2, 0], [2, 0], [4, 0], [4, offset]),
        name,
      ]),
    );
    parts.push(local, entry.bytes);
    offset += local.length + entry.bytes.length;
    if (offset >= most32) throw new RangeError('the archive is larger than 4 GB');
  }
  const central = Buffer.concat(directory);
  const count = entries.length;
  const end = numbers(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, central.length],
    [4, offset],
    [2, 0],
  );
  return Buffer.concat([...parts, central, end]);
}

/** What a file's own header and its line in the directory have in common: version to the length of the extra field. */
function sharedHeader({ bytes, changedAtMs }: ZipEntry, name: Buffer): Buffer {
  const { time, date } = dosTime(changedAtMs);
  const size = bytes.length;
  return numbers(
    ...([
      [2, version],
      [2, utf8Flag],
      [2, 0],
      [2, time],
      [2, date],
      [4, crc32(bytes)],
      [4, size],
      [4, size],
      [2, name.length],
      [2, 0],
    ] as const),
  );
}

function numbers(...fields: readonly (readonly [bytes: 2 | 4, value: number])[]): Buffer {
  const made = Buffer.alloc(fields.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of fields) at = made.writeUIntLE(value, at, bytes);
  return made;
}

/** In UTC, in steps of two seconds, from 1980. */
function dosTime(ms: number): { time: number; date: number } {
  const at = new Date(Math.max(ms, Date.UTC(1980, 0, 1)));
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  return { time, date };
}
