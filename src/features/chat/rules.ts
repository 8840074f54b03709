import { MessageReferenceType } from 'discord-api-types/v10';
import type { APIAttachment, APIMessage, GatewayMessageCreateDispatchData } from 'discord-api-types/v10';
import type { Caller, ChatMessage } from '../../sdk/index.ts';
import { heardCost, weave } from './history/weave.ts';
import type { Heard, Told } from './history/weave.ts';
import type { Way } from './ways-in/way.ts';

/** A question as it is stored: what a model and a later export need of the message. */
export interface Question {
  /** The author's name as the guild shows it. */
  name: string;
  text: string;
  attachments: Attachment[];
  /** The message of the same channel that it replies to. */
  replyTo?: string;
  /** For one that did not come as a message to the bot. */
  way?: Way;
}

export type Attachment = Pick<APIAttachment, 'url' | 'filename' | 'size'> & { contentType: string };

/** Whom mentions of the bot name: itself, and the role that came with it, which looks the same when people type. */
export interface Self {
  userId: string;
  /** Null where it has none. Found in the text: Discord's list holds only the roles that the author may notify. */
  roleId: string | null;
}

/** Whether it has to be known which role is the bot's own. */
export const mentionsRoles = (message: GatewayMessageCreateDispatchData) => message.content.includes('<@&');

/** Whether a message is meant for the bot, wherever it is. Mentions of everyone and of shared roles are not. */
export function isAddressed(message: GatewayMessageCreateDispatchData, self: Self): boolean {
  return (
    message.guild_id === undefined ||
    message.mentions.some((user) => user.id === self.userId) ||
    (self.roleId !== null && message.content.includes(`<@&${self.roleId}>`)) ||
    message.referenced_message?.author.id === self.userId
  );
}

/** Whether a channel is in a list of ids and names. */
export function isListed(channels: readonly string[], channelId: string, name: string | null): boolean {
  return channels.includes(channelId) || (name !== null && channels.includes(name));
}

/** The question in a message, without the mention that addresses the bot. */
export function readQuestion(message: GatewayMessageCreateDispatchData, self: Self): Question {
  const own = self.roleId === null ? `<@!?${self.userId}>` : `<@(?:!?${self.userId}|&${self.roleId})>`;
  const replyTo = repliedTo(message);
  const mention = new RegExp(`^\\s*${own}[\\s,:]*|\\s*${own}\\s*$`, 'g');
  return {
    name: nameOf(message),
    text: message.content.replace(mention, '').trim(),
    attachments: attachmentsOf(message),
    ...(replyTo === undefined ? {} : { replyTo }),
  };
}

/** On one line, so that no name can pretend that somebody else speaks below it. */
export function nameOf({ member, author }: Pick<GatewayMessageCreateDispatchData, 'member' | 'author'>): string {
  return (member?.nick ?? author.global_name ?? author.username).replace(/\s+/g, ' ');
}

/** The message of the same channel that one replies to; a forwarded one comes from anywhere. */
export function repliedTo(message: Pick<APIMessage, 'channel_id' | 'message_reference'>): string | undefined {
  const { message_reference: reference } = message;
  const isReply = (reference?.type ?? MessageReferenceType.Default) === MessageReferenceType.Default;
  return reference && isReply && reference.channel_id === message.channel_id ? reference.message_id : undefined;
}

export function attachmentsOf(message: Pick<APIMessage, 'attachments'>): Attachment[] {
  return message.attachments.map((file) => ({
    url: file.url,
    filename: file.filename,
    size: file.size,
    contentType: file.content_type ?? 'application/octet-stream',
  }));
}

/** Kinds that every vision model takes. */
const pictureTypes = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];
export const isPicture = (file: Attachment): boolean => pictureTypes.includes(baseType(file));

export function isText(file: Attachment): boolean {
  const type = baseType(file);
  return type.startsWith('text/') || ['application/json', 'application/xml', 'application/yaml'].includes(type);
}

const baseType = (file: Attachment) => file.contentType.split(';')[0]?.trim().toLowerCase() ?? '';

/** One earlier exchange as text. */
export interface Exchange {
  /** When it was asked. */
  atMs: number;
  name: string;
  question: string;
  answer: string | null;
}

export interface ContextInput {
  system: string;
  /** Oldest first. */
  history: readonly Exchange[];
  /** Oldest first. */
  heard: readonly Heard[];
  question: ChatMessage;
  questionTokens: number;
  /** Tokens for everything but the answer. */
  budgetTokens: number;
  /** Whether messages begin with their author's name, as they do where several people talk. */
  named: boolean;
  countTokens: (text: string) => number;
}

/** What each message costs beside its text, in tokens; a little above what providers document. */
export const messageOverheadTokens = 6;

export interface FittedContext {
  messages: ChatMessage[];
  /** Of all of them together, as counted here. */
  tokens: number;
  /** Earlier exchanges that found room. */
  exchanges: number;
}

/**
 * The messages for the model: the system prompt, as many of the latest exchanges as fit, as much of what was heard as fits
 * beside them, and the question. Exchanges are kept or dropped whole, both without gaps.
 */
export function buildContext(input: ContextInput): FittedContext {
  const cost = (text: string) => input.countTokens(text) + messageOverheadTokens;
  let tokens = cost(input.system) + input.questionTokens + messageOverheadTokens;
  const kept: Told[] = [];
  for (const exchange of input.history.toReversed()) {
    const question = spoken(exchange.name, exchange.question, input.named);
    const said: ChatMessage[] = [{ role: 'user', content: question }];
    let added = cost(question);
    if (exchange.answer !== null) {
      said.push({ role: 'assistant', content: exchange.answer });
      added += cost(exchange.answer);
    }
    if (tokens + added > input.budgetTokens) break;
    tokens += added;
    kept.push({ atMs: exchange.atMs, messages: said });
  }
  const heard: Heard[] = [];
  for (const line of input.heard.toReversed()) {
    const added = heardCost(line, cost);
    if (tokens + added > input.budgetTokens) break;
    tokens += added;
    heard.push(line);
  }
  const before = weave(kept.toReversed(), heard.toReversed());
  const messages = [{ role: 'system' as const, content: input.system }, ...before, input.question];
  return { messages, tokens, exchanges: kept.length };
}

export function spoken(name: string, text: string, named: boolean): string {
  return named ? `${name}: ${text}` : text;
}

/** Who may stop or retry an answer: the one who asked, and moderators. */
export function mayControl(caller: Caller, askerId: string, moderates: boolean): boolean {
  return caller.userId === askerId || moderates;
}
