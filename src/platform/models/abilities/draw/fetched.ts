import type { Attempt } from '../call.ts';
import { unreadable } from '../call.ts';
import type { DrawnImage } from '../port.ts';
import { bytesAt, imageFrom } from './ask.ts';
import type { Authorize } from './ask.ts';

/** Fetches what a provider made. Throws the first failure where nothing can be fetched, and leaves it out otherwise. */
export async function fetchImages(
  attempt: Attempt,
  addresses: readonly string[],
  authorize?: Authorize,
  extras: Pick<DrawnImage, 'seed'> = {},
): Promise<DrawnImage[]> {
  if (addresses.length === 0) throw unreadable(attempt.provider, 'no images');
  const all = await Promise.allSettled(
    addresses.map(async (address) => imageFrom(attempt, await bytesAt(attempt, address, authorize), extras)),
  );
  const images = all.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
  const failed = all.find((one) => one.status === 'rejected');
  if (images.length === 0 && failed) throw failed.reason;
  return images;
}
