import type { ImageArea, ShownImage } from '../../images/api.ts';

/** An image of a zoom, and where the one before it lies in it, as shares. */
export interface PathStep<Image> {
  image: Image;
  inner: ImageArea | undefined;
}

/**
 * The longest series of images in which each was zoomed out of the one before it, the first innermost; of several the one with the
 * newest end. Empty where no image was zoomed out of another. `images` are in order of age.
 */
export function zoomPath<Image extends { attachmentId: string }>(
  images: readonly Image[],
  shown: ReadonlyMap<string, Pick<ShownImage, 'id' | 'parentIds' | 'inner'>>,
): PathStep<Image>[] {
  const paths = new Map<string, PathStep<Image>[]>();
  let longest: PathStep<Image>[] = [];
  for (const image of images) {
    const made = shown.get(image.attachmentId);
    if (!made) continue;
    const [parentId = ''] = made.parentIds;
    const before = made.inner && paths.get(parentId);
    const path = before ? [...before, { image, inner: made.inner }] : [{ image, inner: undefined }];
    paths.set(made.id, path);
    if (path.length > 1 && path.length >= longest.length) longest = path;
  }
  return longest;
}
