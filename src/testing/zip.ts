import { crc32 } from 'node:zlib';

/** Reads an archive by its directory, as unpackers do, and checks it. Throws where anything disagrees. */
export function readZip(archive: Buffer): Map<string, Buffer> {
  const end = archive.length - 22;
  if (archive.readUInt32LE(end) !== 0x06054b50) throw new Error('The archive does not end as one.');
  const files = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (archive.readUInt32LE(at) !== 0x02014b50) throw new Error(`There is no entry at ${at}.`);
    const nameBytes = archive.readUInt16LE(at + 28);
    const size = archive.readUInt32LE(at + 24);
    const name = archive.subarray(at + 46, at + 46 + nameBytes).toString('utf8');
    const local = archive.readUInt32LE(at + 42);
    if (archive.readUInt32LE(local) !== 0x04034b50) throw new Error(`${name} has no header.`);
    if (!archive.subarray(local + 30, local + 30 + nameBytes).equals(Buffer.from(name)))
      throw new Error(`Not ${name}.`);
    const begins = local + 30 + nameBytes + archive.readUInt16LE(local + 28);
    const bytes = archive.subarray(begins, begins + size);
    if (crc32(bytes) !== archive.readUInt32LE(at + 16)) throw new Error(`${name} is damaged.`);
    if (files.has(name)) throw new Error(`${name} is there twice.`);
    files.set(name, bytes);
    at += 46 + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  if (at !== end) throw new Error('The directory does not end before the end.');
  return files;
}
