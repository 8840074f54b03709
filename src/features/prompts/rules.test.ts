import { describe, expect, it } from 'vitest';
import { normalName, promptName } from './rules.ts';

describe('a name', () => {
  it.each(['pirate', 'Ünïcode 2', '海賊', 'a-b_c d', 'x', 'x'.repeat(32)])('may be "%s"', (name) => {
    expect(promptName.test(name)).toBe(true);
  });

  it.each(['', ' x', 'x ', '-x', 'a/b', 'a@b', 'a`b', 'a\nb', '<@1>', 'x'.repeat(33)])('cannot be "%s"', (name) => {
    expect(promptName.test(name)).toBe(false);
  });

  it('is found in any spelling', () => {
    expect(normalName('  The   PIRATE ')).toBe('the pirate');
    expect(normalName('Ｐirate')).toBe('pirate');
  });
});
