/** What images offer to other features: `context.use(imagesApi)`. */
import { defineApi } from '../../sdk/index.ts';

export interface ImagePlace {
  /** null in a DM. */
  guildId: string | null;
  channelId: string;
}

/** One of the bot's images as a message shows it. */
export interface ShownImage {
  id: string;
  /** The images that it was made of. */
  parentIds: readonly string[];
  /** Of an image that was zoomed out of, or panned: where its one parent lies in it, as shares of its width and height. */
  inner?: ImageArea;
  /** Of the picture as it is kept; what Discord shows may be smaller or larger. */
  sizeBytes: number;
}

/** An attachment of one of the bot's messages. */
export interface OwnAttachment {
  id: string;
  url: string;
  filename: string;
  channelId: string;
}

export interface ImageArea {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface ImagesApi {
  /** Whether prefixes draw or edit in a channel or thread of a server. */
  isImageChannel(place: ImagePlace): Promise<boolean>;
  /** Those of these attachments that are the bot's images, by the attachment's id. */
  imagesShownBy(attachmentIds: readonly string[]): Promise<ReadonlyMap<string, ShownImage>>;
  /**
   * The picture of an attachment without the caption that is drawn below it: the kept file, or, where there is none, what
   * Discord shows without its lower part. Undefined for an attachment that is no image of the bot's in that channel, or was
   * deleted. Throws a UserError where Discord does not have it any more.
   */
  loadPicture(attachment: OwnAttachment, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /**
   * Of messages that show what a button or command made: the message of the same channel that shows what it was made of.
   * Those that reply to a message are left out.
   */
  messagesBefore(channelId: string, messageIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export const imagesApi = defineApi<ImagesApi>('images');
