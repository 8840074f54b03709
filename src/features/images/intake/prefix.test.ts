import { expect, it } from 'vitest';
import { imageSettings } from '../settings.ts';
import { matchPrefix } from './prefix.ts';

const { prefixes } = imageSettings.parse({
  prefixes: { '!hd': { model: 'openai/gpt-image-1.5', size: '1536x1024' }, $: null },
});

it.each([
  ['!a cat', '!', 'a cat'],
  ['! a cat', '!', 'a cat'],
  ['!hd a cat', '!hd', 'a cat'],
  ['!HD a cat', '!hd', 'a cat'],
  ['!hdr photo', '!', 'hdr photo'],
  ['Edit: make it blue', 'edit:', 'make it blue'],
  ['edit:make it blue', 'edit:', 'make it blue'],
  ['zoom out', 'zoom out', ''],
  ['Zoom Out with mountains', 'zoom out', 'with mountains'],
])('"%s" begins with the prefix "%s"', (content, prefix, text) => {
  expect(matchPrefix(prefixes, content)).toMatchObject({ prefix, text });
});

it.each(['a cat', 'zoom outside the city', 'editing', '$ a cat', ''])('"%s" begins with none', (content) => {
  expect(matchPrefix(prefixes, content)).toBeUndefined();
});
