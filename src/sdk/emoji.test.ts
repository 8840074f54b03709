import { describe, expect, it } from 'vitest';
import { emoji, reactionName } from './emoji.ts';

describe('an emoji of the settings', () => {
  it.each(['👀', '✅', '❌', '👨‍👩‍👧‍👦', '🇦🇹', '1️⃣', '❤️', '<:wait:123456789012345678>', '<a:spin:123456789012345678>'])(
    'may be %s',
    (text) => {
      expect(emoji.safeParse(text).success).toBe(true);
    },
  );

  it.each(['', 'x', 'eyes', ':eyes:', '👀👀', '👀 ', '1', '<:wait:12>', `👀${'\u200d👀'.repeat(40)}`])(
    'may not be %j',
    (text) => {
      expect(emoji.safeParse(text).error?.issues[0]?.message).toContain('one emoji such as 👀');
    },
  );

  it('is named to Discord as reactions want it', () => {
    expect(reactionName('👀')).toBe('👀');
    expect(reactionName('<:wait:123456789012345678>')).toBe('wait:123456789012345678');
    expect(reactionName('<a:spin:123456789012345678>')).toBe('spin:123456789012345678');
    expect(reactionName('wait:123456789012345678')).toBe('wait:123456789012345678');
  });
});
