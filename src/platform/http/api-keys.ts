import { createHash, timingSafeEqual } from 'node:crypto';

/** Who may ask, and what for. `sha256` is that of the key, in hexadecimal. */
export interface ApiKey {
  name: string;
  sha256: string;
  scopes: readonly string[];
}

/** The key in an Authorization header; null for another kind of header, undefined for none. */
export function presentedKey(header: string | undefined): string | null | undefined {
  if (header === undefined) return undefined;
  return /^Bearer +(\S{1,512})$/i.exec(header)?.[1] ?? null;
}

/** Takes the same time for every key, whether and wherever it is found. */
export function findKey(keys: readonly ApiKey[], presented: string): ApiKey | undefined {
  const hash = createHash('sha256').update(presented).digest();
  let found: ApiKey | undefined;
  for (const key of keys) {
    if (timingSafeEqual(Buffer.from(key.sha256, 'hex'), hash)) found = key;
  }
  return found;
}

/** `*` is every scope, `usage:*` every one of that group. */
export function allows({ scopes }: ApiKey, scope: string): boolean {
  const [group = ''] = scope.split(':');
  return scopes.some((one) => one === '*' || one === scope || one === `${group}:*`);
}
