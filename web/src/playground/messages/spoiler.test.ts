import { AttachmentFlags } from 'discord-api-types/v10';
import { expect, it } from 'vitest';
import { isSpoiler } from './spoiler.ts';

it.each([
  ['SPOILER_cat.png', undefined, true],
  ['cat.png', AttachmentFlags.IsSpoiler, true],
  ['cat.png', AttachmentFlags.IsSpoiler | AttachmentFlags.IsAnimated, true],
  ['cat.png', AttachmentFlags.IsAnimated, false],
  ['cat.png', undefined, false],
])('%s with flags %s: %s', (filename, flags, covered) => {
  expect(isSpoiler({ filename, ...(flags !== undefined && { flags }) })).toBe(covered);
});
