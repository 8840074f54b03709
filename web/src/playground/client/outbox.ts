import type { OutgoingMessage, Message, StickerItem } from '../state/model.ts';
import type { Api } from './api.ts';
import { ApiError } from './rest.ts';

export interface Draft {
  readonly content: string;
  readonly files: readonly File[];
  readonly replyToId: string | null;
  readonly pingReplied: boolean;
  readonly stickers?: readonly StickerItem[];
}

export interface OutboxEnvironment {
  readonly createNonce: () => string;
  readonly wait: (delayMs: number) => Promise<void>;
  /** Called with every change of a message on its way. */
  readonly onChange: (message: OutgoingMessage) => void;
  readonly onSent: (message: Message, nonce: string) => void;
}

const triesAfterRateLimit = 5;

/**
 * Sends messages one after the other, in the order they were written. A rate limit is waited out; any other refusal
 * leaves the message, with its text and files, as `failed` until the person tries again or discards it.
 */
export class Outbox {
  readonly #api: Api;
  readonly #environment: OutboxEnvironment;
  #queue: Promise<void> = Promise.resolve();

  constructor(api: Api, environment: OutboxEnvironment) {
    this.#api = api;
    this.#environment = environment;
  }

  /** Queues a new message and returns its nonce at once. */
  send(channelId: string, draft: Draft): string {
    const message: OutgoingMessage = {
      nonce: this.#environment.createNonce(),
      channelId,
      stickers: [],
      ...draft,
      state: 'sending',
      error: null,
    };
    this.#enqueue(message);
    return message.nonce;
  }

  /** Queues a failed message again, under the same nonce, so that the server cannot take it twice. */
  retry(message: OutgoingMessage): void {
    this.#enqueue({ ...message, state: 'sending', error: null });
  }

  #enqueue(message: OutgoingMessage): void {
    this.#environment.onChange(message);
    this.#queue = this.#queue.then(() => this.#deliver(message));
  }

  async #deliver(message: OutgoingMessage): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const sent = await this.#api.sendMessage(message.channelId, messageBody(message), message.files);
        this.#environment.onSent(sent, message.nonce);
        return;
      } catch (error) {
        const pauseMs = error instanceof ApiError ? error.retryAfterMs : null;
        const text = error instanceof Error ? error.message : 'It could not be sent.';
        if (pauseMs === null || attempt >= triesAfterRateLimit) {
          this.#environment.onChange({ ...message, state: 'failed', error: text });
          return;
        }
        const seconds = Math.max(1, Math.ceil(pauseMs / 1000));
        const note = `Slow down: it is sent in ${seconds} s.`;
        this.#environment.onChange({ ...message, state: 'waiting', error: note });
        await this.#environment.wait(pauseMs);
      }
    }
  }
}

function messageBody(message: OutgoingMessage): Record<string, unknown> {
  return {
    content: message.content,
    nonce: message.nonce,
    enforce_nonce: true,
    ...(message.stickers.length === 0 ? {} : { sticker_ids: message.stickers.map((sticker) => sticker.id) }),
    ...(message.files.length === 0
      ? {}
      : { attachments: message.files.map((file, index) => ({ id: String(index), filename: file.name })) }),
    ...(message.replyToId === null
      ? {}
      : {
          message_reference: {
            message_id: message.replyToId,
            channel_id: message.channelId,
            fail_if_not_exists: false,
          },
          allowed_mentions: { parse: ['users', 'roles', 'everyone'], replied_user: message.pingReplied },
        }),
  };
}
