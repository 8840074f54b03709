import type { APIMessageTopLevelComponent } from 'discord-api-types/v10';
import { beginningOf } from '../../kernel/beginning.ts';
import { toDiscordMarkdown } from '../../kernel/markdown/discord.ts';
import { splitMessage } from '../../kernel/split.ts';
import { discordLimits } from './limits.ts';
import { fingerprint } from './payload.ts';
import type { LiveMessageOptions, OutgoingMessage } from './port.ts';

/** What one part shall show. */
export type Wanted = Pick<OutgoingMessage, 'content' | 'components' | 'embeds' | 'files' | 'suppressEmbeds'>;

export function fingerprintOf(wanted: Wanted): string {
  const files = wanted.files?.map((file) => [file.name, file.data.length, file.description, file.spoiler]);
  return fingerprint([wanted.content, wanted.components, wanted.embeds, files, wanted.suppressEmbeds]);
}

/**
 * The text in parts; what is not text on the last, and files that one message cannot hold in further ones below it. Every
 * part names its components, so that an edit removes old ones. Links in it do not unfold, unless the part has embeds of its
 * own, which Discord would hide with the previews.
 */
export function wantedParts(
  message: Wanted,
  options: { growing?: boolean; bound?: LiveMessageOptions['bound'] | undefined; lead?: string | undefined },
): Wanted[] {
  const said = toDiscordMarkdown(message.content ?? '');
  const text = said === '' ? '' : `${options.lead ?? ''}${said}`;
  const contents = splitMessage((options.bound && beginningOf(text, options.bound)) ?? text);
  const bare = !message.embeds?.length && !message.files?.length && !message.components?.length;
  if (contents.length === 0 && !bare && !options.growing) contents.push('');
  const { components = [], files, ...rest } = message;
  const [first, ...more] = files ? inMessages(files) : [undefined];
  const suppressEmbeds = !message.embeds?.length;
  const last = contents.length - 1;
  const parts = contents.map((content, index): Wanted =>
    index < last
      ? { content, suppressEmbeds: true }
      : { ...rest, content, suppressEmbeds, ...(first === undefined ? {} : { files: first }) },
  );
  const all = [...parts, ...more.map((some): Wanted => ({ content: '', files: some, suppressEmbeds: true }))];
  const none: APIMessageTopLevelComponent[] = [];
  return all.map((part, index) => ({ ...part, components: index < all.length - 1 ? none : components }));
}

type Files = NonNullable<Wanted['files']>;

/** At least one list, which may be empty. */
function inMessages(files: Files): [Files, ...Files[]] {
  const most = discordLimits.filesPerMessage;
  const further = Array.from({ length: Math.ceil(files.length / most) - 1 }, (_, index) => (index + 1) * most);
  return [files.slice(0, most), ...further.map((from) => files.slice(from, from + most))];
}
