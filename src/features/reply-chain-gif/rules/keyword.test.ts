import { expect, it } from 'vitest';
import { asksForGif } from './keyword.ts';

it.each(['gif', 'GIF!', '  gif  ', 'Gif, please', 'make a gif', 'Make a GIF!!!', '<@1> gif', 'gif <@!1>', '"gif"'])(
  '"%s" asks for a GIF',
  (content) => {
    expect(asksForGif(content, '1')).toBe(true);
  },
);

it.each(['', 'gift', 'a gif of a cat', 'nice gif', 'gif gif', '<@2> gif', `gif${' '.repeat(100)}`])(
  '"%s" does not',
  (content) => {
    expect(asksForGif(content, '1')).toBe(false);
  },
);
