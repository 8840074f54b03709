import { createHash, randomUUID } from 'node:crypto';

/** Identifiers as a parameter, so that tests know them in advance. */
export interface Ids {
  /** A new random UUID. */
  uuid(): string;
}

export const systemIds: Ids = { uuid: () => randomUUID() };

/**
 * Always the same UUID for the same name. A job or row made from a Discord message gets its id this way, so a repeated
 * delivery of the message finds it.
 */
export function uuidFromName(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex');
  const variant = ((Number.parseInt(hash.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-${variant}${hash.slice(18, 20)}-${hash.slice(20, 32)}`;
}

/** A Discord message nonce (at most 25 characters), always the same for the same name. */
export function nonceFromName(name: string): string {
  return createHash('sha256').update(name).digest('base64url').slice(0, 25);
}
