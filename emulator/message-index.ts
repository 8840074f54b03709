import type { CollectionObserver } from './collection.ts';
import type { StoredAttachment, StoredMessage } from './contract.ts';
import { compareSnowflakes } from './snowflake.ts';

/** Messages by channel, oldest first. Finding a place costs a binary search; appending, the usual case, nothing. */
export class MessageIndex implements CollectionObserver<StoredMessage> {
  #channels = new Map<string, StoredMessage[]>();

  changed(_id: string, value: StoredMessage | undefined, previous: StoredMessage | undefined): void {
    const message = value ?? previous;
    if (message === undefined || message.ephemeralTo !== null) return;
    let messages = this.#channels.get(message.channelId);
    if (messages === undefined) this.#channels.set(message.channelId, (messages = []));
    const index = positionOf(messages, message.id);
    const isThere = messages[index]?.id === message.id;
    if (value === undefined) {
      if (isThere) messages.splice(index, 1);
    } else {
      messages.splice(index, isThere ? 1 : 0, value);
    }
  }

  of(channelId: string): readonly StoredMessage[] {
    return this.#channels.get(channelId) ?? [];
  }
}

/** Attachments of all messages, and of the copies that forwards show, by their id. */
export class AttachmentIndex implements CollectionObserver<StoredMessage> {
  #attachments = new Map<string, StoredAttachment>();

  changed(_id: string, value: StoredMessage | undefined, previous: StoredMessage | undefined): void {
    for (const attachment of attachmentsOf(previous)) this.#attachments.delete(attachment.id);
    for (const attachment of attachmentsOf(value)) this.#attachments.set(attachment.id, attachment);
  }

  get(attachmentId: string): StoredAttachment | undefined {
    return this.#attachments.get(attachmentId);
  }
}

function attachmentsOf(message: StoredMessage | undefined): readonly StoredAttachment[] {
  if (message === undefined) return [];
  return message.snapshot == null ? message.attachments : [...message.attachments, ...message.snapshot.attachments];
}

/** The place of the first message whose id is not below `id`. */
export function positionOf(messages: readonly StoredMessage[], id: string): number {
  const last = messages.at(-1);
  if (last === undefined || compareSnowflakes(last.id, id) < 0) return messages.length;
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const candidate = messages[middle];
    if (candidate !== undefined && compareSnowflakes(candidate.id, id) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
