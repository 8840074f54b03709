import { StartError } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import { BucketError, tagIn } from './bucket-errors.ts';
import { BucketRequests } from './bucket-requests.ts';
import { isFileId, placeOf } from './byte-store.ts';
import type { BucketConfig, ByteStore } from './byte-store.ts';

interface Outside {
  clock: Clock;
  logger: Logger;
}

/** Without a body. */
const NO_BYTES = 64 * 1024;
/** Of at most 1000 objects. */
const MOST_LIST_BYTES = 4_000_000;
/** A bucket with more files is swept in part; the rest the next time. */
const MOST_PAGES = 10_000;
/** Written and deleted to see whether the key may do so. */
const PROBE = 'familiar-probe';

/** Files as objects of S3 or of a service with its API. Throws a StartError that says what to do when it can't be used. */
export async function openBucket(config: BucketConfig, outside: Outside): Promise<ByteStore> {
  const requests = new BucketRequests(config, outside);
  await probe(requests);
  const nameOf = (id: string): string => {
    const { folder, name } = placeOf(id);
    return `${folder}/${name}`;
  };
  const remove = async (id: string): Promise<void> => {
    await requests.send({ method: 'DELETE', name: nameOf(id), mostBytes: NO_BYTES });
  };
  return {
    write: async (id, bytes) => {
      await requests.send({ method: 'PUT', name: nameOf(id), body: bytes, mostBytes: NO_BYTES });
    },
    read: async (id, mostBytes) => requests.send({ method: 'GET', name: nameOf(id), mostBytes }),
    remove,
    list: async function* (beforeMs) {
      for await (const { name, writtenMs } of objectsIn(requests, config.prefix)) {
        const id = name.slice(3);
        // What else the owner keeps there is not ours. Services refuse clocks that differ by more than 15 minutes.
        if (!isFileId(id) || name !== nameOf(id) || writtenMs >= beforeMs) continue;
        yield { id, remove: () => remove(id) };
      }
    },
  };
}

/** Throws a StartError unless the key may list, write and delete. */
async function probe(requests: BucketRequests): Promise<void> {
  try {
    await requests.send({ method: 'GET', query: listing('', 1), mostBytes: MOST_LIST_BYTES });
    await requests.send({ method: 'PUT', name: PROBE, body: Buffer.from('familiar'), mostBytes: NO_BYTES });
    await requests.send({ method: 'GET', name: PROBE, mostBytes: NO_BYTES });
    await requests.send({ method: 'DELETE', name: PROBE, mostBytes: NO_BYTES });
  } catch (error) {
    if (!(error instanceof BucketError)) throw error;
    throw new StartError(error.message, { cause: error });
  }
}

const listing = (prefix: string, mostKeys: number) => ({
  ...{ 'list-type': '2', 'max-keys': String(mostKeys) },
  ...(prefix !== '' && { prefix }),
});

async function* objectsIn(
  requests: BucketRequests,
  prefix: string,
): AsyncGenerator<{ name: string; writtenMs: number }> {
  let token = '';
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = { ...listing(prefix, 1000), ...(token !== '' && { 'continuation-token': token }) };
    const xml = (await requests.send({ method: 'GET', query, mostBytes: MOST_LIST_BYTES }))?.toString() ?? '';
    for (const entry of xml.split('<Contents>').slice(1)) {
      const key = tagIn(entry, 'Key');
      const writtenMs = Date.parse(tagIn(entry, 'LastModified'));
      if (key.startsWith(prefix) && !Number.isNaN(writtenMs)) yield { name: key.slice(prefix.length), writtenMs };
    }
    const next = tagIn(xml, 'NextContinuationToken');
    if (tagIn(xml, 'IsTruncated') !== 'true' || next === '' || next === token) return;
    token = next;
  }
}
