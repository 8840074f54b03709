import { createHash } from 'node:crypto';
import type { RawFile } from '@discordjs/rest';
import { MessageFlags, type APIEmbed } from 'discord-api-types/v10';
import type { OutgoingMessage } from './outgoing.ts';
import { discordLimits } from './limits.ts';

const CLIPPED = '…';

/** Shortens to `length` UTF-16 units, ending in a mark, never inside a surrogate pair. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  return text.slice(0, length - CLIPPED.length).replace(/[\uD800-\uDBFF]$/, '') + CLIPPED;
}

/** A message's JSON: nothing pings but the named users, nothing exceeds what Discord takes. */
export function messageBody(message: OutgoingMessage): Record<string, unknown> {
  return {
    ...(message.content === undefined ? {} : { content: clip(message.content, discordLimits.messageLength) }),
    ...(message.embeds === undefined ? {} : { embeds: clipEmbeds(message.embeds) }),
    ...(message.components === undefined ? {} : { components: message.components.slice(0, discordLimits.actionRows) }),
    ...(message.suppressEmbeds === undefined
      ? {}
      : { flags: message.suppressEmbeds ? MessageFlags.SuppressEmbeds : 0 }),
    ...(message.files === undefined ? {} : { attachments: attachmentsOf(takenFiles(message)) }),
    allowed_mentions: {
      parse: [],
      users: [...new Set(message.pings)].slice(0, discordLimits.pingsPerMessage),
      replied_user: false,
    },
  };
}

/** The files to upload, in the order in which `attachments` numbers them. */
export function messageFiles(message: OutgoingMessage): RawFile[] {
  return takenFiles(message)
    .filter(({ attachmentId }) => attachmentId === undefined)
    .map(({ name, data, contentType }) => ({ name, data, ...(contentType === undefined ? {} : { contentType }) }));
}

/** Each file's attachment in a message that Discord has taken, in the order of the files. */
export function attachmentIds(message: OutgoingMessage, shown: readonly { id: string }[]): string[] {
  const files = takenFiles(message);
  const kept = new Set(files.map(({ attachmentId }) => attachmentId));
  const uploaded = shown.map(({ id }) => id).filter((id) => !kept.has(id));
  return files.map(({ attachmentId }) => attachmentId ?? uploaded.shift() ?? '');
}

function takenFiles(message: OutgoingMessage): NonNullable<OutgoingMessage['files']> {
  return (message.files ?? []).slice(0, discordLimits.filesPerMessage);
}

function attachmentsOf(files: NonNullable<OutgoingMessage['files']>): Record<string, unknown>[] {
  let uploads = 0;
  return files.map(({ attachmentId, description, spoiler }) => ({
    id: attachmentId ?? uploads++,
    ...(description === undefined ? {} : { description: clip(description, discordLimits.fileDescriptionLength) }),
    ...(spoiler === undefined ? {} : { is_spoiler: spoiler }),
  }));
}

/** The most specific part of a text to cut first: descriptions, then fields, as far as the total demands. */
function clipEmbeds(embeds: readonly APIEmbed[]): APIEmbed[] {
  let left: number = discordLimits.embedTotalLength;
  const take = (text: string, most: number): string => {
    const kept = clip(text, Math.max(CLIPPED.length, Math.min(most, left)));
    left = Math.max(0, left - kept.length);
    return kept;
  };
  return embeds.slice(0, discordLimits.embedsPerMessage).flatMap((embed) => {
    if (left === 0) return [];
    const { title, author, footer, description, fields, ...rest } = embed;
    return {
      ...rest,
      ...(title === undefined ? {} : { title: take(title, discordLimits.embedTitleLength) }),
      ...(author ? { author: { ...author, name: take(author.name, discordLimits.embedAuthorLength) } } : {}),
      ...(footer ? { footer: { ...footer, text: take(footer.text, discordLimits.embedFooterLength) } } : {}),
      ...(description === undefined ? {} : { description: take(description, discordLimits.embedDescriptionLength) }),
      ...(fields ? { fields: clipFields(fields, () => left, take) } : {}),
    };
  });
}

function clipFields(
  fields: NonNullable<APIEmbed['fields']>,
  left: () => number,
  take: (text: string, most: number) => string,
): NonNullable<APIEmbed['fields']> {
  return fields.slice(0, discordLimits.embedFields).flatMap((field) =>
    left() < 2 * CLIPPED.length
      ? []
      : {
          ...field,
          name: take(field.name, Math.min(discordLimits.embedFieldNameLength, left() - CLIPPED.length)),
          value: take(field.value, discordLimits.embedFieldValueLength),
        },
  );
}

/** Tells whether two lists of components are the same without keeping them. */
export function fingerprint(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
