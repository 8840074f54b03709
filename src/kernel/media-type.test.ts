import { expect, it } from 'vitest';
import { trustedMediaType } from './media-type.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');

it.each([
  ['\x89PNG\r\n\x1a\n and more', 'text/html', 'image/png'],
  ['RIFF\x01\x02\x03\x04WEBPVP8 ', undefined, 'image/webp'],
  ['RIFF\x01\x02\x03\x04WAVE', 'image/webp', 'audio/wav'],
  ['\0\0\0\x20ftypavif', undefined, 'image/avif'],
  ['\0\0\0\x20ftypisom', undefined, 'video/mp4'],
  ['%PDF-1.7', 'application/octet-stream', 'application/pdf'],
  ['<!doctype html>', 'Text/HTML; charset=utf-8', 'text/html'],
  ['{"a":1}', 'application/ld+json', 'application/ld+json'],
  // A PNG shows in its bytes, so this claim isn't believed.
  ['not a picture', 'image/png', 'application/octet-stream'],
  ['plain', undefined, 'application/octet-stream'],
  ['plain', 'text/plain\r\nx: y', 'application/octet-stream'],
  ['', 'no type', 'application/octet-stream'],
])('%j, declared as %s, is %s', (bytes, claimed, type) => {
  expect(trustedMediaType(latin1(bytes), claimed)).toBe(type);
});
