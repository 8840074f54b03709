import type { APIEmbed, APIMessageTopLevelComponent } from 'discord-api-types/v10';

/** A message as features write it. Nothing in it pings unless `pings` says so. */
export interface OutgoingMessage {
  content?: string;
  embeds?: APIEmbed[];
  components?: APIMessageTopLevelComponent[];
  files?: OutgoingFile[];
  /** User ids that this message may notify. Roles, @everyone and the replied-to author never are. */
  pings?: readonly string[];
  /** Hides link previews, and `embeds` too; an edit to false shows them again. */
  suppressEmbeds?: boolean;
}

export interface OutgoingFile {
  name: string;
  contentType?: string;
  data: Uint8Array;
  /** For people who cannot see it: at most 1024 characters are sent. */
  description?: string;
  /** Hidden until somebody clicks it. */
  spoiler?: boolean;
  /** In an edit: the attachment of the message that is this file already, and that stays in place of an upload. */
  attachmentId?: string;
}
