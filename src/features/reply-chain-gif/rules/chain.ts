import { compareSnowflakes } from '../../../kernel/snowflake.ts';

/** A message of a channel, and the one that it replies to. */
export interface Linked {
  id: string;
  before: string | undefined;
}

/**
 * The messages that belong to a message's chain: those that it replies to, one replying to the other, and all that reply to any
 * of these, oldest first. Messages that are not given end the chain.
 */
export function chainAround<Message extends Linked>(messages: readonly Message[], targetId: string): Message[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const replies = Map.groupBy(messages, ({ before }) => before);
  const found = new Set<Message>();
  const queue: Message[] = [];
  const take = (message: Message | undefined): void => {
    if (!message || found.has(message)) return;
    found.add(message);
    queue.push(message);
  };
  take(byId.get(targetId));
  for (let next = queue.shift(); next; next = queue.shift()) {
    if (next.before !== undefined) take(byId.get(next.before));
    for (const reply of replies.get(next.id) ?? []) take(reply);
  }
  return [...found].toSorted((a, b) => compareSnowflakes(a.id, b.id));
}
