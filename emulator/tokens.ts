import { randomBytes } from 'node:crypto';

/** A token of Discord's shape and length: the user's id in base64, 6 characters of a time (drawn here) and a secret of 38. */
export function createToken(userId: string): string {
  const id = Buffer.from(userId).toString('base64url');
  const random = randomBytes(33).toString('base64url');
  return `${id}.${random.slice(0, 6)}.${random.slice(6)}`;
}

/** The secret of a webhook: 68 letters, as long as Discord's. */
export function createWebhookToken(): string {
  return randomBytes(51).toString('base64url');
}
