import { MessageReferenceType } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { UserError, VendorError } from '../../kernel/errors.ts';
import { isOwn } from '../../sdk/index.ts';
import { imagesApi } from '../images/api.ts';
import { chainAround } from './rules/chain.ts';
import type { Needs } from './settings.ts';

const pageSize = 100;
/** Older messages are asked for one by one: further back a chain is cut off. */
const mostOlder = 100;

interface Asked {
  channelId: string;
  targetId: string;
  /** Among how many of the latest messages replies are looked for. */
  scan: number;
  signal: AbortSignal;
}

export interface Collected {
  /** Oldest first. */
  messages: APIMessage[];
  /** Why there is nothing older, where a reply leads further back. */
  cut?: 'deleted' | 'long';
}

type Context = Needs<'discord' | 'logger' | 'use'>;

/**
 * The messages of a reply chain, oldest first: what the target replies to, one replying to the other, and all replies to any
 * of these. What a button made of an image counts as a reply to that. Throws a UserError when the target is gone.
 */
export async function collectChain(context: Context, asked: Asked): Promise<Collected> {
  const messages = new Map<string, APIMessage>();
  for (const message of await latest(context, asked)) messages.set(message.id, message);
  const before = new Map<string, string>();
  await link(context, asked.channelId, [...messages.values()], before);
  let older = 0;
  let cut: Collected['cut'];
  for (let id: string | undefined = asked.targetId; id !== undefined && !cut; id = before.get(id)) {
    if (messages.has(id)) continue;
    asked.signal.throwIfAborted();
    older += 1;
    const found = older > mostOlder ? 'long' : await find(context, asked.channelId, id);
    if (typeof found === 'string') {
      cut = found;
      break;
    }
    messages.set(id, found);
    await link(context, asked.channelId, [found], before);
  }
  if (!messages.has(asked.targetId)) throw new UserError('gone', 'the message is gone');
  const linked = [...messages.values()].map((message) => ({ id: message.id, before: before.get(message.id), message }));
  const chain = chainAround(linked, asked.targetId).map(({ message }) => message);
  return { messages: chain, ...(cut && { cut }) };
}

async function latest({ discord }: Context, { channelId, scan, signal }: Asked): Promise<APIMessage[]> {
  const messages: APIMessage[] = [];
  while (messages.length < scan) {
    signal.throwIfAborted();
    const limit = Math.min(pageSize, scan - messages.length);
    const last = messages.at(-1);
    const page = await discord.actions.messages(channelId, { limit, ...(last && { before: last.id }) });
    messages.push(...page);
    if (page.length < limit) break;
  }
  return messages;
}

async function find({ discord, logger }: Context, channelId: string, id: string): Promise<APIMessage | 'deleted'> {
  try {
    return await discord.actions.message(channelId, id);
  } catch (error) {
    if (!(error instanceof VendorError) || error.retryable) throw error;
    logger.debug({ error, channelId }, 'A message of a reply chain could not be read.');
    return 'deleted';
  }
}

/** Notes which message each of these follows. */
async function link(
  context: Context,
  channelId: string,
  messages: readonly APIMessage[],
  before: Map<string, string>,
): Promise<void> {
  const free: string[] = [];
  for (const message of messages) {
    const replied = repliedTo(message);
    if (replied !== undefined) before.set(message.id, replied);
    else if (isOwn(message, context.discord.self) && message.attachments.length > 0) free.push(message.id);
  }
  for (const [id, beforeId] of await context.use(imagesApi).messagesBefore(channelId, free)) before.set(id, beforeId);
}

/** The message of the same channel that one replies to; a forwarded one comes from anywhere. */
export function repliedTo({
  channel_id: channelId,
  message_reference: reference,
}: Pick<APIMessage, 'channel_id' | 'message_reference'>): string | undefined {
  const isReply = (reference?.type ?? MessageReferenceType.Default) === MessageReferenceType.Default;
  return reference && isReply && reference.channel_id === channelId ? reference.message_id : undefined;
}
