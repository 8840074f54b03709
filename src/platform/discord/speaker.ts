import { clip } from './payload.ts';
import type { Speaker } from './port.ts';

const LONGEST_NAME = 80;
const LONGEST_URL = 2048;
/** Discord refuses names with these words, and the second as they are. */
const REFUSED_WORDS = /(cly)(?=de)|(dis)(?=cord)/gi;
const REFUSED_NAMES = /^(everyone|here)$/i;

/** A name as Discord takes it for a webhook: 1 to 80 characters, words that it refuses taken apart. */
export function speakerName(name: string, otherwise: string): string {
  const plain = name.replaceAll(/\s+/g, ' ').trim() || otherwise;
  const apart = plain.replaceAll(REFUSED_WORDS, (word) => `${word}·`).replace(REFUSED_NAMES, (word) => `${word}·`);
  return clip(apart, LONGEST_NAME).trim();
}

/** The fields of a message by which it is somebody's. An address that Discord would refuse is left out. */
export function speakerFields({ name, avatarUrl = '' }: Speaker, otherwise: string): Record<string, string> {
  const shows = avatarUrl.length <= LONGEST_URL && /^https?:\/\//.test(avatarUrl) && URL.canParse(avatarUrl);
  return { username: speakerName(name, otherwise), ...(shows && { avatar_url: avatarUrl }) };
}

/** What stands in place of a reply, which a webhook can't send: a small line that leads to the message. */
export const replyLine = (guildId: string, channelId: string, messageId: string): string =>
  `-# ↩ https://discord.com/channels/${guildId}/${channelId}/${messageId}\n`;

const REPLY_LINE = /^-# ↩ https:\/\/discord\.com\/channels\/\d+\/\d+\/\d+(?:\n|$)/;

/** What a message says below a `replyLine`. */
export const withoutReplyLine = (content: string): string => content.replace(REPLY_LINE, '');
