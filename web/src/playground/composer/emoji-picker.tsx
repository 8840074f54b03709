import { useState } from 'react';
import { emojiAddress } from '../client/addresses.ts';
import { useClientState, useUi } from '../context.tsx';
import type { GuildEmoji } from '../state/model.ts';
import { type Emoji, emojiGroups, searchEmoji } from './emoji.ts';
import styles from './composer.module.css';

export interface ChosenEmoji {
  /** Set for a server's own emoji. */
  readonly id: string | null;
  /** The character, or the name of a server's own emoji. */
  readonly name: string;
}

const none: readonly GuildEmoji[] = [];

/** Common emojis and the open server's own, with a search. */
export function EmojiPicker({ onChoose }: { readonly onChoose: (emoji: ChosenEmoji) => void }) {
  const [query, setQuery] = useState('');
  const guildId = useUi((ui) => ui.route.guildId);
  const own = useClientState((state) => state.guilds[guildId ?? '']?.emojis ?? none);
  const groups = query === '' ? emojiGroups : [{ title: 'Found', emojis: searchEmoji(query) }];
  return (
    <div className={styles.picker}>
      <input
        value={query}
        placeholder="Search emojis"
        aria-label="Search emojis"
        data-autofocus
        onChange={(event) => setQuery(event.target.value)}
      />
      <div className={styles.pickerList}>
        {own.length === 0 ? null : (
          <OwnEmojis emojis={own.filter((emoji) => emoji.name?.includes(query))} onChoose={onChoose} />
        )}
        {groups.map((group) => (
          <EmojiGrid key={group.title} title={group.title} emojis={group.emojis} onChoose={onChoose} />
        ))}
      </div>
    </div>
  );
}

interface EmojiGridProps {
  readonly title: string;
  readonly emojis: readonly Emoji[];
  readonly onChoose: (emoji: ChosenEmoji) => void;
}

function EmojiGrid({ title, emojis, onChoose }: EmojiGridProps) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <div className={styles.grid}>
        {emojis.map((emoji) => (
          <button
            key={emoji.name}
            type="button"
            aria-label={emoji.name.replaceAll('_', ' ')}
            title={`:${emoji.name}:`}
            onClick={() => onChoose({ id: null, name: emoji.character })}
          >
            {emoji.character}
          </button>
        ))}
      </div>
      {emojis.length === 0 ? <p>Nothing fits.</p> : null}
    </section>
  );
}

interface OwnEmojisProps {
  readonly emojis: readonly GuildEmoji[];
  readonly onChoose: (emoji: ChosenEmoji) => void;
}

function OwnEmojis({ emojis, onChoose }: OwnEmojisProps) {
  return (
    <section aria-label="This server’s emojis">
      <h3>This server</h3>
      <div className={styles.grid}>
        {emojis.map((emoji) => (
          <button
            key={emoji.id}
            type="button"
            aria-label={emoji.name ?? 'emoji'}
            onClick={() => onChoose({ id: emoji.id, name: emoji.name ?? '' })}
          >
            <img src={emojiAddress(emoji.id ?? '', emoji.animated ?? false)} alt="" width={24} height={24} />
          </button>
        ))}
      </div>
    </section>
  );
}
