import { expect, it } from 'vitest';
import { readZip } from '../testing/zip.ts';
import { emptyZipBytes, makeZip, zipOverhead } from './zip.ts';

const at = Date.UTC(2026, 10, 30, 12, 34, 56);

it('makes an archive that can be read again, and is as large as announced', () => {
  const files = [
    { name: 'images/Ünïcode 猫.png', bytes: Buffer.from([0, 1, 2, 255]), changedAtMs: at },
    { name: 'prompts.json', bytes: Buffer.from('{}'), changedAtMs: at },
    { name: 'empty', bytes: new Uint8Array(), changedAtMs: 0 },
  ];
  const archive = makeZip(files);
  const expected = files.reduce((sum, { name, bytes }) => sum + bytes.length + zipOverhead(name), emptyZipBytes);
  expect(archive.length).toBe(expected);
  const read = [...readZip(archive)].map(([name, bytes]) => [name, [...bytes]]);
  expect(read).toEqual(files.map(({ name, bytes }) => [name, [...bytes]]));
  expect(readZip(makeZip([])).size).toBe(0);
});

it('says when a file was made, from 1980 on', () => {
  const dated = (changedAtMs: number) => makeZip([{ name: 'a', bytes: Buffer.from('a'), changedAtMs }]);
  expect(dated(at).readUInt16LE(10)).toBe((12 << 11) | (34 << 5) | 28);
  expect(dated(at).readUInt16LE(12)).toBe((46 << 9) | (11 << 5) | 30);
  expect(dated(0).readUInt16LE(12)).toBe((1 << 5) | 1);
});
