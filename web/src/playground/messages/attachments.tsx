import type { APIAttachment } from 'discord-api-types/v10';
import { useState } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { formatBytes } from '../../shared/format-time.ts';
import { toPageAddress } from '../client/addresses.ts';
import { usePlayground } from '../context.tsx';
import styles from './message-content.module.css';
import { isSpoiler } from './spoiler.ts';

const widestPx = 420;
const highestPx = 320;

/** The size at which a picture is shown, so that its place is kept before it has loaded. */
export function fitPicture(width: number | null | undefined, height: number | null | undefined) {
  if (!width || !height) return undefined;
  const scale = Math.min(1, widestPx / width, highestPx / height);
  return { width: Math.round(width * scale), aspectRatio: `${width} / ${height}` };
}

const isPicture = ({ content_type: type = '' }: APIAttachment): boolean =>
  type.startsWith('image/') && type !== 'image/svg+xml';

/** The files of a message: pictures and films in place, several pictures as tiles, others as cards to download. */
export function Attachments({ attachments }: { readonly attachments: readonly APIAttachment[] }) {
  if (attachments.length === 0) return null;
  const tiled = attachments.length > 1 && attachments.every(isPicture);
  return (
    <div className={tiled ? styles.tiles : styles.attachments}>
      {attachments.map((attachment) => (
        <AttachmentView key={attachment.id} attachment={attachment} tiled={tiled} />
      ))}
    </div>
  );
}

function AttachmentView({ attachment, tiled }: { readonly attachment: APIAttachment; readonly tiled: boolean }) {
  const type = attachment.content_type ?? '';
  const url = toPageAddress(attachment.url, location.origin);
  if (isPicture(attachment)) {
    const picture = {
      url,
      name: attachment.description ?? attachment.filename,
      ...(!tiled && { width: attachment.width, height: attachment.height }),
    };
    return <PictureView {...picture} hidden={isSpoiler(attachment)} />;
  }
  if (type.startsWith('video/')) return <video className={styles.picture} src={url} controls preload="metadata" />;
  if (type.startsWith('audio/'))
    return <audio src={url} controls preload="metadata" aria-label={attachment.filename} />;
  return <FileCard url={url} name={attachment.filename} bytes={attachment.size} />;
}

interface FileCardProps {
  readonly url: string;
  readonly name: string;
  readonly bytes: number | null;
}

/** A file to download. */
export function FileCard({ url, name, bytes }: FileCardProps) {
  return (
    <a className={styles.fileCard} href={url} download={name} target="_blank" rel="noreferrer">
      <Icon name="file" size={26} />
      <span>
        <b>{name}</b>
        {bytes === null ? null : <small>{formatBytes(bytes)}</small>}
      </span>
      <Icon name="download" size={18} />
    </a>
  );
}

interface PictureViewProps {
  readonly url: string;
  readonly name: string;
  readonly width?: number | null | undefined;
  readonly height?: number | null | undefined;
  readonly hidden?: boolean;
}

/** A picture in the list; pressing it opens it large. A hidden one asks for a press first. */
export function PictureView({ url, name, width, height, hidden = false }: PictureViewProps) {
  const { ui } = usePlayground();
  const [covered, setCovered] = useState(hidden);
  const [failed, setFailed] = useState(false);
  const press = (): void => {
    if (covered) setCovered(false);
    else ui.dispatch({ type: 'set', change: { picture: { url, name } } });
  };
  if (failed) return <span className={styles.brokenPicture}>This picture could not be loaded: {name}</span>;
  return (
    <button
      type="button"
      className={styles.picture}
      data-covered={covered || undefined}
      style={fitPicture(width, height)}
      aria-label={covered ? 'Hidden picture: press to see' : `Open picture: ${name}`}
      onClick={press}
    >
      <img src={url} alt={name} loading="lazy" onError={() => setFailed(true)} />
      {covered ? <span>Spoiler</span> : null}
    </button>
  );
}
