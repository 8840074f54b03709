import type { APIAttachment, APIMessage } from 'discord-api-types/v10';
import { snowflakeTime } from '../../kernel/snowflake.ts';
import { isOwn, isSpoilerAttachment } from '../../sdk/index.ts';
import { isResult } from './render.ts';
import type { Needs } from './settings.ts';

/** An image that a message shows. */
export interface ChainImage {
  attachmentId: string;
  url: string;
  filename: string;
  /** In bytes. */
  size: number;
  isSpoiler: boolean;
  /** Whether the bot sent it. */
  isOwn: boolean;
}

export interface Picked {
  /** In order of age. */
  images: ChainImage[];
  /** How many are of members who don't want to be read. */
  unwilling: number;
}

/** The images of messages: those of the bot, of the caller, and of members whose messages may be read. */
export async function pickImages(
  { discord, privacy }: Needs<'discord' | 'privacy'>,
  messages: readonly APIMessage[],
  callerId: string,
): Promise<Picked> {
  const shown = messages
    .map((message) => ({ message, images: imagesIn(message, discord.self) }))
    .filter(({ images }) => images.length > 0);
  const authors = [...new Set(shown.map(({ message }) => message.author.id))];
  const [readable, forgotten] = await Promise.all([privacy.mayRead(authors), privacy.forgottenAt(authors)]);
  const mayUse = (message: APIMessage): boolean => {
    const { id } = message.author;
    if (isOwn(message, discord.self)) return true;
    if (snowflakeTime(message.id) <= (forgotten.get(id) ?? -Infinity)) return false;
    return id === callerId || readable.has(id);
  };
  const count = (some: typeof shown): number => some.reduce((sum, { images }) => sum + images.length, 0);
  const usable = shown.filter(({ message }) => mayUse(message));
  return { images: usable.flatMap(({ images }) => images), unwilling: count(shown) - count(usable) };
}

/** Whether a message shows an image that can be part of an animation. */
export const hasImage = (message: APIMessage, self: Parameters<typeof isOwn>[1]): boolean =>
  imagesIn(message, self).length > 0;

function imagesIn(message: APIMessage, self: Parameters<typeof isOwn>[1]): ChainImage[] {
  const own = isOwn(message, self);
  return message.attachments
    .filter((attachment) => isImage(attachment) && !(own && isResult(attachment.filename)))
    .map((attachment) => {
      const { id: attachmentId, url, filename, size } = attachment;
      return { attachmentId, url, filename, size, isSpoiler: isSpoilerAttachment(attachment), isOwn: own };
    });
}

/** By what Discord takes it for; what it is, its bytes tell later. */
const isImage = ({ content_type: type, filename }: APIAttachment): boolean =>
  type === undefined
    ? /\.(png|jpe?g|webp|gif|avif)$/i.test(filename)
    : /^image\/(png|jpeg|webp|gif|avif)\b/i.test(type);
