import { AttachmentFlags } from 'discord-api-types/v10';
import type { APIAttachment } from 'discord-api-types/v10';

/** Whether a file is covered until it is pressed: by its flag or, as clients ask for it in uploads, by its name. */
export const isSpoiler = ({ filename, flags }: Pick<APIAttachment, 'filename' | 'flags'>): boolean =>
  filename.startsWith('SPOILER_') || ((flags ?? 0) & AttachmentFlags.IsSpoiler) !== 0;
