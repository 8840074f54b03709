import { useEffect, useRef } from 'react';
import { useClientState } from '../context.tsx';
import { UserAvatar } from '../messages/user-avatar.tsx';
import type { Suggestion } from './suggestions.ts';
import type { useSuggestions } from './use-suggestions.ts';
import styles from './composer.module.css';

const titles = { command: 'Commands', mention: 'Members and roles', channel: 'Channels', emoji: 'Emojis' } as const;

/** What fits the word being typed, above the message box. */
export function SuggestionList({ help }: { readonly help: ReturnType<typeof useSuggestions> }) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [help.active]);
  if (help.items.length === 0 || help.kind === null) return null;
  return (
    <div className={styles.suggestions}>
      <p>{titles[help.kind]}</p>
      <div ref={list} role="listbox" id="composer-suggestions" aria-label={titles[help.kind]}>
        {help.items.map((item, index) => (
          <button
            key={item.key}
            type="button"
            role="option"
            tabIndex={-1}
            id={`suggestion-${index}`}
            aria-selected={index === help.active}
            onMouseEnter={() => help.setActive(index)}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => help.choose(item)}
          >
            <SuggestionSymbol item={item} />
            <b>{item.label}</b>
            <span>{item.note}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

function SuggestionSymbol({ item }: { readonly item: Suggestion }) {
  const user = useClientState((state) => state.users[item.userId ?? '']);
  if (user !== undefined) return <UserAvatar user={user} guildId={null} size={24} />;
  return (
    <i className={styles.symbol} aria-hidden="true">
      {item.symbol}
    </i>
  );
}
