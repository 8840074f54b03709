import { z } from 'zod';

/** `<:name:id>`, as a server's own emoji is written in a message. */
const custom = /^<?(a?):?(\w{2,32}:\d{17,20})>?$/;
/** One picture: pictographs with their joiners, flags, and digits with a keycap. */
const picture = /\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|^[0-9#*]\ufe0f?\u20e3$/u;
const segmenter = new Intl.Segmenter();

/** An emoji to react with. Whether a server's own one exists, only Discord knows. */
export const emoji = z.string().refine(isEmoji, {
  error: 'one emoji such as 👀, or one of the server as it is written in a message: <:name:123456789012345678>',
});

/** The emoji as Discord wants it for a reaction. */
export function reactionName(configured: string): string {
  return custom.exec(configured)?.[2] ?? configured;
}

function isEmoji(text: string): boolean {
  if (custom.test(text)) return true;
  return text.length <= 64 && [...segmenter.segment(text)].length === 1 && picture.test(text);
}
