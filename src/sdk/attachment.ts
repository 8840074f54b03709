import { AttachmentFlags } from 'discord-api-types/v10';
import type { APIAttachment } from 'discord-api-types/v10';

/** A file that came with a message or a command; Discord keeps it for a while at `url`. */
export interface AttachedFile {
  /** Discord's; files that were stored by earlier versions have none. */
  id?: string;
  url: string;
  filename: string;
  /** In bytes. */
  size: number;
  contentType: string;
  /** True where it is hidden until a member clicks it. */
  spoiler?: boolean;
}

export const attachedFile = (attachment: APIAttachment): AttachedFile => ({
  ...{ id: attachment.id, url: attachment.url, filename: attachment.filename, size: attachment.size },
  contentType: attachment.content_type ?? 'application/octet-stream',
  ...(isSpoilerAttachment(attachment) && { spoiler: true }),
});

/** Whether an attachment is hidden until a member clicks it: as its flags say, or, in older clients, its name. */
export const isSpoilerAttachment = ({ filename, flags }: Pick<APIAttachment, 'filename' | 'flags'>): boolean =>
  ((flags ?? 0) & AttachmentFlags.IsSpoiler) !== 0 || isSpoilerName(filename);

export const isSpoilerName = (filename: string): boolean => filename.startsWith('SPOILER_');
