import { MessageReferenceType } from 'discord-api-types/v10';
import type { APIMessage, GatewayMessageCreateDispatchData } from 'discord-api-types/v10';
import type { JsonObject } from '../../../kernel/json.ts';
import { attachedFile, isOwn } from '../../../sdk/index.ts';
import type { Access, AttachedFile, Caller } from '../../../sdk/index.ts';
import { visibleFiles, visibleWords } from './visible.ts';
import type { Message } from './visible.ts';
import type { TurnSource } from './source.ts';

/** A question as it is stored: what a model and a later export need of the message. */
export interface Question {
  /** The author's name as the guild shows it. */
  name: string;
  text: string;
  attachments: Attachment[];
  /** The message of the same channel that it replies to. */
  replyTo?: string;
  /** For one that did not come as a message to the bot. */
  source?: TurnSource;
  /** What the asker may do, at that moment; everyone's unless given. */
  rank?: Access;
  /** What features gave along, by feature. */
  extras?: Readonly<Record<string, JsonObject>>;
}

export type Attachment = AttachedFile;

/** Whom mentions of the bot name: itself, and the role that came with it, which looks the same when people type. */
export interface Self {
  userId: string;
  /** Null where it has none. Found in the text: Discord's list holds only the roles that the author may notify. */
  roleId: string | null;
  /** Tells messages of the bot's own webhooks from those of others. */
  applicationId: string;
}

/** Whether it has to be known which role is the bot's own. */
export const mentionsRoles = (message: GatewayMessageCreateDispatchData) => message.content.includes('<@&');

/** Whether a message is meant for the bot, wherever it is. Mentions of everyone and of shared roles are not. */
export function isAddressed(message: GatewayMessageCreateDispatchData, self: Self): boolean {
  return (
    message.guild_id === undefined ||
    message.mentions.some((user) => user.id === self.userId) ||
    (self.roleId !== null && message.content.includes(`<@&${self.roleId}>`)) ||
    (message.referenced_message !== null &&
      message.referenced_message !== undefined &&
      isOwn(message.referenced_message, self))
  );
}

/**
 * The question in a message, without the mention that addresses the bot and the previews of its links: those come later
 * or not at all, and are no part of what is asked.
 */
export function readQuestion(message: GatewayMessageCreateDispatchData, self: Self): Question {
  return readSaid({ ...message, embeds: [] }, self);
}

/** What a message says to others than the bot, with everything that people see of it. */
export function readSaid(message: GatewayMessageCreateDispatchData, self: Self): Question {
  const own = self.roleId === null ? `<@!?${self.userId}>` : `<@(?:!?${self.userId}|&${self.roleId})>`;
  const replyTo = repliedTo(message);
  const mention = new RegExp(`^${own}[\\s,:]*|${own}$`, 'g');
  return {
    name: nameOf(message),
    text: visibleWords({ ...message, content: message.content.trim().replace(mention, '').trim() }),
    attachments: attachmentsOf(message),
    ...(replyTo === undefined ? {} : { replyTo }),
  };
}

/** On one line, so that no name can pretend that another member speaks below it. */
export function nameOf({ member, author }: Pick<GatewayMessageCreateDispatchData, 'member' | 'author'>): string {
  return (member?.nick ?? author.global_name ?? author.username).replace(/\s+/g, ' ');
}

/** The message of the same channel that one replies to; a forwarded one comes from anywhere. */
export function repliedTo(message: Pick<APIMessage, 'channel_id' | 'message_reference'>): string | undefined {
  const { message_reference: reference } = message;
  const isReply = (reference?.type ?? MessageReferenceType.Default) === MessageReferenceType.Default;
  return reference && isReply && reference.channel_id === message.channel_id ? reference.message_id : undefined;
}

/** Those of what it forwards too. */
export function attachmentsOf(message: Message): Attachment[] {
  return visibleFiles(message).map(attachedFile);
}

/** One earlier exchange as text. */
export interface Exchange {
  /** When it was asked. */
  atMs: number;
  name: string;
  question: string;
  /** How many pictures and files came with it. */
  files: number;
  answer: string | null;
  /** It is answered together with a later one. */
  isMerged?: boolean;
}

export function spoken(name: string, text: string, named: boolean): string {
  return named ? `${name}: ${text}` : text;
}

/** Who may stop or retry an answer: the one who asked, and moderators. */
export function mayControl(caller: Caller, askerId: string, moderates: boolean): boolean {
  return caller.userId === askerId || moderates;
}
