import { describe, expect, it } from 'vitest';
import { kindBytes, kindOf, textOf } from './file-kind.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const ascii = (text: string) => Buffer.from(text, 'latin1');
const wide = (text: string, order: 'le' | 'be', mark: boolean) => {
  const little = Buffer.from((mark ? '\ufeff' : '') + text, 'utf16le');
  return order === 'le' ? little : little.swap16();
};

describe('the kind of a file', () => {
  it.each([
    ['image/png', ascii('\x89PNG\r\n\x1a\n\0\0\0\rIHDR')],
    ['image/jpeg', bytes(0xff, 0xd8, 0xff, 0xe0, 0, 16)],
    ['image/gif', ascii('GIF89a\x01\0\x01\0')],
    ['image/webp', ascii('RIFF\x24\0\0\0WEBPVP8 ')],
    ['image/avif', ascii('\0\0\0\x20ftypavif')],
    ['image/heic', ascii('\0\0\0\x20ftypheic')],
    ['image/tiff', ascii('II*\0\x08\0\0\0')],
  ])('is the picture %s by its first bytes', (mediaType, file) => {
    expect(kindOf(file)).toEqual({ kind: 'picture', mediaType });
  });

  it.each([
    ['TypeScript', Buffer.from('const a: number = 1;\n'), 'const a: number = 1;\n'],
    ['a shell script', Buffer.from('#!/bin/sh\n\techo "$1"\n'), '#!/bin/sh\n\techo "$1"\n'],
    ['UTF-8 with a mark', Buffer.from('\ufeffGrüße'), 'Grüße'],
    ['UTF-8 of another script', Buffer.from('日本語のテキスト'), '日本語のテキスト'],
    ['UTF-16 LE with a mark', wide('Grüße, Ö', 'le', true), 'Grüße, Ö'],
    ['UTF-16 BE with a mark', wide('日本語', 'be', true), '日本語'],
    ['UTF-16 LE without a mark', wide('SELECT 1;\r\n', 'le', false), 'SELECT 1;\r\n'],
    ['UTF-16 BE without a mark', wide('SELECT 1;\r\n', 'be', false), 'SELECT 1;\r\n'],
    ['Latin-1', ascii('Stra\xdfe und \xdcbung'), 'Straße und Übung'],
    ['Windows-1252', ascii('\x93quoted\x94 for 5 \x80'), '“quoted” for 5 €'],
    ['coloured output', ascii('\x1b[31mred\x1b[0m\n'), '\x1b[31mred\x1b[0m\n'],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['a note that begins like a program', ascii('MZ is short for Mark Zbikowski.'), 'MZ is short for Mark Zbikowski.'],
    ['nothing', bytes(), ''],
  ])('is text for %s, which is read in its encoding', (_, file, text) => {
    expect(textOf(file)).toBe(text);
  });

  it.each([
    ['a zip', ascii('PK\x03\x04\x14\0\0\0\x08\0')],
    ['a program of Windows', ascii('MZ\x90\0\x03\0\0\0\x04\0')],
    ['a program of Linux', ascii('\x7fELF\x02\x01\x01\0')],
    ['a PDF', ascii('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj')],
    ['video', ascii('\0\0\0\x18ftypmp42\0\0\0\0')],
    ['noise', Uint8Array.from({ length: 500 }, (_value, index) => (index * 151) % 256)],
    ['a bitmap', ascii('BM\x36\0\x0c\0\0\0\0\0\x36\0\0\0')],
    ['half a character of UTF-16', bytes(0xff, 0xfe, 0x00)],
    ['a lone RIFF', ascii('RIFF\x24\0\0\0WAVEfmt \x10\0\0\0')],
  ])('is binary for %s', (_, file) => {
    expect(textOf(file)).toBeUndefined();
  });

  it('is found by a beginning that cuts a character in two', () => {
    const file = Buffer.from(`${'a'.repeat(kindBytes - 1)}é and more`);
    expect(kindOf(file.subarray(0, kindBytes))).toEqual({ kind: 'text', encoding: 'utf-8' });
  });
});
