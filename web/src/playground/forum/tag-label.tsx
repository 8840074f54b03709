import { emojiAddress } from '../client/addresses.ts';
import type { ForumTag } from '../state/model.ts';
import styles from './forum.module.css';

/** A forum's tag as it stands on a post. */
function TagLabel({ tag }: { readonly tag: ForumTag }) {
  return (
    <span className={styles.tag}>
      <TagEmoji tag={tag} />
      {tag.name}
    </span>
  );
}

/** The tags of a post; nothing where it has none. */
export function TagList({ tags }: { readonly tags: readonly ForumTag[] }) {
  if (tags.length === 0) return null;
  return (
    <div className={styles.tags}>
      {tags.map((tag) => (
        <TagLabel key={tag.id} tag={tag} />
      ))}
    </div>
  );
}

function TagEmoji({ tag }: { readonly tag: ForumTag }) {
  if (tag.emojiId !== null) return <img src={emojiAddress(tag.emojiId, false)} alt="" width={14} height={14} />;
  return tag.emojiName === null ? null : <span aria-hidden="true">{tag.emojiName}</span>;
}

interface TagChoiceProps {
  readonly label: string;
  readonly tags: readonly ForumTag[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
  readonly closed?: readonly string[];
}

/** Tags to switch on and off. */
export function TagChoice({ label, tags, chosen, onChange, closed = [] }: TagChoiceProps) {
  if (tags.length === 0) return null;
  return (
    <div className={styles.tags} role="group" aria-label={label}>
      {tags.map((tag) => {
        const on = chosen.includes(tag.id);
        return (
          <button
            key={tag.id}
            type="button"
            className={styles.tag}
            aria-pressed={on}
            disabled={closed.includes(tag.id)}
            title={closed.includes(tag.id) ? 'Only moderators may set this tag' : undefined}
            onClick={() => onChange(on ? chosen.filter((id) => id !== tag.id) : [...chosen, tag.id])}
          >
            <TagEmoji tag={tag} />
            {tag.name}
          </button>
        );
      })}
    </div>
  );
}
