import { describe, expect, it } from 'vitest';
import { safeFileName } from './file-name.ts';
import { trustedMediaType } from './media-type.ts';

const png = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const text = Buffer.from('some words');
const zip = Buffer.from('PK\x03\x04\0\0\0\x01\x02', 'latin1');

const named = (name: string | undefined, bytes: Uint8Array, claimed?: string) =>
  safeFileName(name, bytes, trustedMediaType(bytes, claimed));

describe('the name of a file', () => {
  it.each([
    ['cat.png', png, undefined, 'cat.png'],
    ['cat', png, undefined, 'cat.png'],
    ['cat.exe', png, undefined, 'cat.png'],
    [undefined, png, undefined, 'picture.png'],
    ['notes.png', text, 'image/png', 'notes.txt'],
    ['plot.svg', Buffer.from('<svg xmlns="a"/>'), 'image/svg+xml', 'plot.svg'],
    ['table.csv', text, 'text/csv', 'table.csv'],
    ['main.py', text, undefined, 'main.py'],
    ['a.zip', text, undefined, 'a.txt'],
    ['letter.docx', zip, undefined, 'letter.docx'],
    ['letter.png', zip, undefined, 'letter.zip'],
    ['voice', Buffer.from('\xff\xfb\x90\0', 'latin1'), 'audio/mpeg', 'voice.mp3'],
    ['junk.png', Buffer.from([0, 1, 2, 0, 0xff]), 'image/png', 'junk.bin'],
    ['../../etc/passwd', text, undefined, 'passwd.txt'],
    ['C:\\temp\\x y\u202e\n.txt', text, undefined, 'x-y.txt'],
    ['...', text, undefined, 'file.txt'],
    ['.png', png, undefined, 'picture.png'],
  ])('%j is by its bytes and safe', (name, bytes, claimed, wanted) => {
    expect(named(name, bytes, claimed)).toBe(wanted);
  });

  it('has a bounded length', () => {
    expect(named('ä'.repeat(500), png)).toBe(`${'ä'.repeat(60)}.png`);
  });
});
