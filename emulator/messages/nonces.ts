import type { Clock, StoredMessage, World } from '../contract.ts';

/** How long a nonce is remembered. Discord says "the past few minutes" without a figure. */
const REMEMBERED_MS = 5 * 60_000;

/** The latest messages by author, channel and nonce; what a former process wrote is found again. */
export class Nonces {
  #world: World;
  #clock: Clock;
  /** In the order of writing, so that the old ones are the first. */
  #messageIds = new Map<string, { messageId: string; atMs: number }>();

  constructor(world: World, clock: Clock) {
    this.#world = world;
    this.#clock = clock;
    for (const message of world.messages.values()) {
      const atMs = Date.parse(message.timestamp);
      if (message.nonce !== null && atMs > clock.now() - REMEMBERED_MS) this.#put(message, atMs);
    }
  }

  find(authorId: string, channelId: string, nonce: string | number): StoredMessage | undefined {
    const entry = this.#messageIds.get(keyOf(authorId, channelId, nonce));
    if (entry === undefined || entry.atMs <= this.#clock.now() - REMEMBERED_MS) return undefined;
    return this.#world.messages.get(entry.messageId);
  }

  remember(message: StoredMessage): void {
    if (message.nonce === null) return;
    const nowMs = this.#clock.now();
    this.#put(message, nowMs);
    for (const [key, entry] of this.#messageIds) {
      if (entry.atMs > nowMs - REMEMBERED_MS) break;
      this.#messageIds.delete(key);
    }
  }

  #put(message: StoredMessage, atMs: number): void {
    if (message.nonce === null) return;
    const key = keyOf(message.authorId, message.channelId, message.nonce);
    this.#messageIds.delete(key);
    this.#messageIds.set(key, { messageId: message.id, atMs });
  }
}

function keyOf(authorId: string, channelId: string, nonce: string | number): string {
  return `${authorId}/${channelId}/${nonce}`;
}
