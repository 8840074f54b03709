import { expect, it } from 'vitest';
import { zoomPath } from './zoom-path.ts';

const inner = { left: 0.25, top: 0.25, width: 0.5, height: 0.5 };
const image = (attachmentId: string) => ({ attachmentId });
const images = ['a', 'b', 'c', 'd', 'e'].map(image);

it('is the longest series of images that were zoomed out of each other', () => {
  const shown = new Map([
    ['a', { id: 'A', parentIds: [] }],
    ['b', { id: 'B', parentIds: ['A'], inner }],
    ['c', { id: 'C', parentIds: ['A'] }],
    ['d', { id: 'D', parentIds: ['B'], inner }],
    ['e', { id: 'E', parentIds: ['C'], inner }],
  ]);
  expect(zoomPath(images, shown)).toEqual([
    { image: image('a'), inner: undefined },
    { image: image('b'), inner },
    { image: image('d'), inner },
  ]);
});

it('is empty where nothing was zoomed out of, or what was is not there', () => {
  expect(zoomPath(images, new Map([['a', { id: 'A', parentIds: [] }]]))).toEqual([]);
  expect(zoomPath(images, new Map([['b', { id: 'B', parentIds: ['A'], inner }]]))).toEqual([]);
});
