import { useState } from 'react';
import { stickerAddress } from '../client/addresses.ts';
import { useClientState } from '../context.tsx';
import type { StickerItem } from '../state/model.ts';
import styles from './message-content.module.css';

/** The stickers of a message. */
export function Stickers({ stickers }: { readonly stickers: readonly StickerItem[] }) {
  if (stickers.length === 0) return null;
  return (
    <div className={styles.stickers}>
      {stickers.map((sticker) => (
        <StickerView key={sticker.id} sticker={sticker} sizePx={160} />
      ))}
    </div>
  );
}

interface StickerViewProps {
  readonly sticker: StickerItem & { readonly description?: string | null };
  readonly sizePx: number;
}

/** One sticker; one whose picture is gone shows its name. */
export function StickerView({ sticker, sizePx }: StickerViewProps) {
  const [failed, setFailed] = useState(false);
  const known = useClientState(
    (state) =>
      Object.values(state.guilds)
        .flatMap((guild) => guild.stickers)
        .find((entry) => entry.id === sticker.id)?.description,
  );
  const description = sticker.description ?? known ?? '';
  const words = description === '' ? sticker.name : `${sticker.name}: ${description}`;
  if (failed) {
    return (
      <span className={styles.stickerName} role="img" aria-label={`Sticker, ${words}`} title={words}>
        {sticker.name}
      </span>
    );
  }
  return (
    <img
      className={styles.sticker}
      src={stickerAddress(sticker.id, sticker.format_type)}
      alt={`Sticker, ${words}`}
      title={words}
      width={sizePx}
      height={sizePx}
      loading="lazy"
      onError={() => setFailed(true)}
    />
  );
}
