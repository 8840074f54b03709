import { expect, it } from 'vitest';
import { toPageAddress } from './addresses.ts';

it.each([
  ['ws://127.0.0.1:8080/gateway', 'http://localhost:8080', 'ws://localhost:8080/gateway'],
  [
    'http://127.0.0.1:8080/cdn/attachments/1/2/a.png',
    'http://localhost:9000',
    'http://localhost:9000/cdn/attachments/1/2/a.png',
  ],
  ['/cdn/emojis/1.png', 'http://localhost:8080', 'http://localhost:8080/cdn/emojis/1.png'],
  ['https://example.com/cdn/a.png', 'http://localhost:8080', 'https://example.com/cdn/a.png'],
  ['http://127.0.0.1:9999/other', 'http://localhost:8080', 'http://127.0.0.1:9999/other'],
  ['http://', 'http://localhost:8080', 'http://'],
])('%s on a page of %s is asked for as %s', (address, page, expected) => {
  expect(toPageAddress(address, page)).toBe(expected);
});
