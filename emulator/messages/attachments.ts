import { AttachmentFlags } from 'discord-api-types/v10';
import type { Core, StoredAttachment, StoredMessage, UploadedFile } from '../contract.ts';
import { discordError, FormErrors, formError } from '../errors.ts';
import { MAX_FILE_BYTES } from '../http/body.ts';
import { imageSize } from './image-size.ts';
import { MESSAGE_LIMITS } from './schema.ts';
import type { MessageForm } from './schema.ts';

/** Stores uploaded files as attachments; `attachments[]` gives names and descriptions by the n of `files[n]`. */
export function storeUploads(core: Core, files: readonly UploadedFile[], form: MessageForm): StoredAttachment[] {
  if (files.length > MESSAGE_LIMITS.files) {
    throw formError(['files'], 'BASE_TYPE_MAX_LENGTH', `Must be ${MESSAGE_LIMITS.files} or fewer in length.`);
  }
  if (files.some((file) => file.data.length > MAX_FILE_BYTES)) throw discordError('entityTooLarge');
  return [...files].sort((left, right) => left.index - right.index).map((file) => storeUpload(core, file, form));
}

function storeUpload(core: Core, upload: UploadedFile, form: MessageForm): StoredAttachment {
  const described = describedAs(upload, form);
  const id = core.world.snowflake();
  const file = `attachments/${id}`;
  core.files.put(file, upload.data);
  const contentType = contentTypeOf(upload);
  const size = contentType.startsWith('image/') ? imageSize(upload.data) : undefined;
  return {
    id,
    filename: uploadName(upload, form),
    size: upload.data.length,
    url: '',
    proxy_url: '',
    content_type: contentType,
    ...(described?.title ? { title: described.title } : {}),
    ...(described?.description ? { description: described.description } : {}),
    ...(described?.is_spoiler === true ? { flags: AttachmentFlags.IsSpoiler } : {}),
    ...(contentType.startsWith('audio/') ? soundFields(described) : {}),
    ...(size ?? {}),
    file,
  };
}

type Described = NonNullable<MessageForm['attachments']>[number];

function describedAs(upload: UploadedFile, form: MessageForm): Described | undefined {
  return form.attachments?.find((attachment) => attachment.id === String(upload.index));
}

/** Source: "Voice Messages" in Discord's message resource: sounds alone have a length and a waveform. */
function soundFields(described: Described | undefined): Pick<StoredAttachment, 'duration_secs' | 'waveform'> {
  return {
    ...(described?.duration_secs == null ? {} : { duration_secs: described.duration_secs }),
    ...(described?.waveform == null ? {} : { waveform: described.waveform }),
  };
}

/** The name that an upload will have, by which `attachment://` refers to it. */
export function uploadName(upload: UploadedFile, form: MessageForm): string {
  return safeFilename(describedAs(upload, form)?.filename ?? upload.filename);
}

/** Discord keeps letters, digits, dots, dashes and underscores of a name. */
function safeFilename(name: string): string {
  const plain = name
    .trim()
    .replace(/\s+/g, '_')
    .replace(/[^\p{L}\p{N}._-]/gu, '');
  return plain.replace(/^\.+/, '').slice(-260) || 'unknown';
}

const TYPES_BY_EXTENSION: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  txt: 'text/plain; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  json: 'application/json; charset=utf-8',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  ogg: 'audio/ogg',
  opus: 'audio/ogg',
  wav: 'audio/wav',
  flac: 'audio/flac',
  mp4: 'video/mp4',
  webm: 'video/webm',
  mov: 'video/quicktime',
};

export function contentTypeOf(upload: UploadedFile): string {
  const extension = /\.([a-z0-9]+)$/i.exec(upload.filename)?.[1]?.toLowerCase() ?? '';
  if (upload.contentType !== '' && upload.contentType !== 'application/octet-stream') return upload.contentType;
  return TYPES_BY_EXTENSION[extension] ?? 'application/octet-stream';
}

/**
 * The attachments that an edit leaves: without a list all of them, with one those that it names, with new descriptions.
 * Ids below the number of uploads name new files and are not looked for.
 */
export function keepListed(
  message: StoredMessage,
  form: MessageForm,
  files: readonly UploadedFile[],
): StoredAttachment[] {
  if (form.attachments === undefined || form.attachments === null) return message.attachments;
  const errors = new FormErrors();
  const kept = form.attachments.flatMap((listed, index) => {
    if (files.some((file) => String(file.index) === listed.id)) return [];
    const attachment = message.attachments.find((candidate) => candidate.id === listed.id);
    if (attachment === undefined) {
      errors.add(
        ['attachments', index, 'id'],
        'MESSAGE_ATTACHMENT_NOT_FOUND',
        `Attachment with id ${listed.id} not found`,
      );
      return [];
    }
    return [withNewDescription(attachment, listed)];
  });
  errors.throwIfAny();
  return kept;
}

/** Only the description and the spoiler of what is there already can change. */
function withNewDescription(attachment: StoredAttachment, listed: Described): StoredAttachment {
  const flags = (attachment.flags ?? 0) & ~AttachmentFlags.IsSpoiler;
  return {
    ...attachment,
    ...(listed.description == null ? {} : { description: listed.description }),
    ...(listed.is_spoiler == null ? {} : { flags: listed.is_spoiler ? flags | AttachmentFlags.IsSpoiler : flags }),
  };
}

/** A copy with bytes of its own, which stays when the first one goes. */
export function copyAttachment(core: Core, attachment: StoredAttachment): StoredAttachment {
  const id = core.world.snowflake();
  const file = `attachments/${id}`;
  core.files.put(file, core.files.get(attachment.file) ?? Buffer.alloc(0));
  return { ...attachment, id, file };
}

/** Removes the bytes of attachments that no message has any more. */
export function discard(core: Core, attachments: readonly StoredAttachment[]): void {
  for (const attachment of attachments) core.files.delete(attachment.file);
}
