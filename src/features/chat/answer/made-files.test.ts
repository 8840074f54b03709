import { describe, expect, it } from 'vitest';
import type { AnswerFile, DrawnImage } from '../../../sdk/index.ts';
import { plainPng } from '../../../testing/pictures.ts';
import { checkFiles } from './made-files.ts';

const room = { files: 10, bytes: 20 * 1024 * 1024, fileBytes: 10 * 1024 * 1024, names: [] };
const bytes = (length: number) => Buffer.alloc(length, 'a');
const names = (checked: ReturnType<typeof checkFiles>) => checked.accepted.map(({ name }) => name);
const keys = (checked: ReturnType<typeof checkFiles>) => checked.notices.map(({ key, data }) => [key, data]);

describe('the files of an answer', () => {
  it('are named by what their bytes are, each by another name', () => {
    const drawn: DrawnImage = { bytes: plainPng(2, 2), contentType: 'image/webp', width: 2, height: 2 };
    const files: AnswerFile[] = [
      { name: '../evil name.png', bytes: bytes(3) },
      { name: 'run.exe', bytes: plainPng(2, 2) },
      drawn,
      { name: 'run.png', bytes: plainPng(3, 3) },
      { name: 'plot.svg', bytes: Buffer.from('<svg/>'), mediaType: 'image/svg+xml' },
      { name: 'table.csv', bytes: Buffer.from([0, 1, 2, 3]), mediaType: 'text/csv' },
    ];
    const checked = checkFiles(files, { ...room, names: ['run.png'] });
    expect(names(checked)).toEqual(['evil-name.txt', 'run-2.png', 'picture.png', 'run-3.png', 'plot.svg', 'table.bin']);
    expect(checked.accepted.map(({ mediaType }) => mediaType)).toEqual([
      ...['text/plain', 'image/png', 'image/png', 'image/png', 'image/svg+xml', 'application/octet-stream'],
    ]);
    expect(checked.notices).toEqual([]);
  });

  it('are left out with a notice where they are too large, too many or empty', () => {
    const large = { name: 'part.txt', bytes: bytes(8 * 1024 * 1024) };
    const files = [
      { name: 'a.txt', bytes: bytes(room.fileBytes + 1) },
      large,
      large,
      large,
      { name: 'b', bytes: bytes(0) },
    ];
    const checked = checkFiles([...files, { name: 'c', bytes: bytes(1) }, { name: 'd', bytes: bytes(1) }], {
      ...room,
      files: 3,
    });
    expect(names(checked)).toEqual(['part.txt', 'part-2.txt', 'c.txt']);
    expect(checked.left).toEqual(['a.txt', 'part-3.txt', 'b.txt', 'd.txt']);
    expect(keys(checked)).toEqual([
      ['notices.file-large', { file: 'a.txt', limit: '10 MB' }],
      ['notices.files-large', { file: 'part-3.txt', limit: '20 MB' }],
      ['notices.file-empty', { file: 'b.txt', limit: '0 kB' }],
      ['notices.files-over', { count: 1, limit: 10 }],
    ]);
  });

  it('have descriptions that Discord takes', () => {
    const [one, other] = checkFiles(
      [
        { bytes: bytes(1), description: ` ${'x'.repeat(2000)}` },
        { bytes: bytes(1), description: ' ' },
      ],
      room,
    ).accepted;
    expect(one?.description).toBe('x'.repeat(1024));
    expect(other).not.toHaveProperty('description');
  });
});
