const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const isFileId = (text: string): boolean => uuid.test(text);

/** Where the bytes of a file are, below the folder or prefix of all: the same in a folder and in a bucket. Throws for a foreign id. */
export function placeOf(id: string): { folder: string; name: string } {
  if (!isFileId(id)) throw new Error('A file has an id of ours');
  return { folder: id.slice(0, 2), name: id };
}

/**
 * Stores bytes by id, spread over 256 folders. No part of a path comes from outside. Where there is no room left, an error has
 * the code ENOSPC or EDQUOT; a VendorError `files/away` means that the store can't be used right now.
 */
export interface ByteStore {
  /** Atomic, and durable when it resolves. */
  write(id: string, bytes: Uint8Array): Promise<void>;
  /** Undefined when the file doesn't exist. Rejects when it has more than `mostBytes`. */
  read(id: string, mostBytes: number): Promise<Buffer | undefined>;
  remove(id: string): Promise<void>;
  /** Every file written before `beforeMs` (Unix ms), unfinished ones too. */
  list(beforeMs: number): AsyncIterable<{ id: string; remove: () => Promise<void> }>;
}

/** The settings of a bucket of S3 or of a service with its API. */
export interface BucketConfig {
  /** Without the bucket's name. */
  endpoint: string;
  region: string;
  bucket: string;
  /** Before the names of all objects: empty, or with a slash at its end. */
  prefix: string;
  /** The bucket stands in the path, as opposed to the host. */
  pathStyle: boolean;
  accessKeyId: string;
  secretAccessKey: string;
}
