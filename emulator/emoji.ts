import { z } from 'zod';
import type { Core } from './contract.ts';
import { discordError } from './errors.ts';
import { snowflake, text } from './forms.ts';

/** An emoji as tags and default reactions name it: by the id of the server's own, or as it is written. */
export const emojiChoice = z.object({ emoji_id: snowflake.nullish(), emoji_name: text(0, 100).nullish() });

/** Throws 10014 for an emoji that is neither of this server nor in Unicode; null when none is named. */
export function chosenEmoji(
  core: Core,
  guildId: string,
  { emoji_id: id, emoji_name: name }: z.output<typeof emojiChoice>,
): { emojiId: string | null; emojiName: string | null } | null {
  if (id != null) {
    if (core.world.emojis.get(id)?.guildId !== guildId) throw discordError('unknownEmoji');
    return { emojiId: id, emojiName: null };
  }
  if (!name) return null;
  if (!isUnicodeEmoji(name)) throw discordError('unknownEmoji');
  return { emojiId: null, emojiName: name };
}

/** One picture as people see it: pictographs with their joiners, flags, and digits with a keycap. */
export function isUnicodeEmoji(text: string): boolean {
  if (text.length > 64) return false;
  const [first, ...rest] = [...new Intl.Segmenter().segment(text)];
  if (first === undefined || rest.length > 0) return false;
  return /\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|^[0-9#*]\ufe0f?\u20e3$/u.test(text);
}
