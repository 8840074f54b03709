import { type KeyboardEvent, useState } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { useClientState, usePlayground } from '../context.tsx';
import { MessageBody } from '../messages/message-body.tsx';
import { MessageHead } from '../messages/message-row.tsx';
import { UserAvatar } from '../messages/user-avatar.tsx';
import type { Message } from '../state/model.ts';
import { channelTitle } from '../state/select.ts';
import { useActions } from '../use-actions.ts';
import { SearchField } from './search-field.tsx';
import { useSearch, type SearchState } from './use-search.ts';
import styles from './search.module.css';

const pageSize = 25;

/** What was found in the server, newest first, with the way to each message. */
export function SearchPanel({ guildId, text }: { readonly guildId: string; readonly text: string }) {
  const { ui } = usePlayground();
  const guildName = useClientState((state) => state.guilds[guildId]?.name ?? '');
  const [page, setPage] = useState(0);
  const found = useSearch(guildId, text, page * pageSize, pageSize);
  const narrow = innerWidth <= 720;
  const close = (): void => ui.dispatch({ type: 'set', change: { search: null } });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') close();
  };
  return (
    <aside className={styles.panel} aria-label="Search results" data-testid="search-results" onKeyDown={onKeyDown}>
      <header>
        <h2 role="status">{headline(found)}</h2>
        <button type="button" aria-label="Close search" onClick={close}>
          <Icon name="close" size={18} />
        </button>
      </header>
      <div className={styles.panelField}>
        <SearchField guildId={guildId} guildName={guildName} autoFocus={narrow && text === ''} />
      </div>
      <Results found={found} guildId={guildId} />
      {found.kind === 'found' && found.total > pageSize ? (
        <Pages page={page} pages={Math.ceil(found.total / pageSize)} onChange={setPage} />
      ) : null}
    </aside>
  );
}

function headline(found: SearchState): string {
  switch (found.kind) {
    case 'loading':
      return 'Searching…';
    case 'indexing':
      return 'Preparing the search…';
    case 'empty':
    case 'problem':
      return 'Search';
    case 'found':
      return found.total === 0 ? 'No results' : `${found.total} ${found.total === 1 ? 'result' : 'results'}`;
  }
}

function Results({ found, guildId }: { readonly found: SearchState; readonly guildId: string }) {
  switch (found.kind) {
    case 'loading':
      return <div className={styles.waiting} aria-hidden="true" />;
    case 'indexing':
      return (
        <p className={styles.note}>
          This server’s messages are being indexed. The search starts by itself when that is done.
        </p>
      );
    case 'empty':
      return <p className={styles.note}>Type what to look for, or a filter such as from:alice or has:image.</p>;
    case 'problem':
      return (
        <p className={styles.problem} role="alert">
          {found.text}
        </p>
      );
    case 'found':
      if (found.messages.length === 0) {
        return <p className={styles.note}>Nothing was found. Try other words, or fewer filters.</p>;
      }
      return (
        <ol className={styles.results}>
          {found.messages.map((message) => (
            <li key={message.id}>
              <Result message={message} guildId={guildId} />
            </li>
          ))}
        </ol>
      );
  }
}

function Result({ message, guildId }: { readonly message: Message; readonly guildId: string }) {
  const { ui } = usePlayground();
  const actions = useActions();
  const title = useClientState((state) => {
    const channel = state.channels[message.channel_id];
    return channel === undefined ? 'a thread' : `${channel.thread === null ? '#' : ''}${channelTitle(state, channel)}`;
  });
  const jump = async (): Promise<void> => {
    // Where the results cover the channel they give way to it.
    if (innerWidth <= 720) ui.dispatch({ type: 'set', change: { search: null } });
    await actions.jumpTo(message.channel_id, message.id);
  };
  return (
    <article
      className={styles.result}
      data-testid="search-result"
      aria-label={`${message.author.username} in ${title}`}
    >
      <p className={styles.place}>{title}</p>
      <div className={styles.columns}>
        <UserAvatar user={message.author} guildId={guildId} size={34} />
        <div>
          <MessageHead message={message} guildId={guildId} />
          <MessageBody message={message} guildId={guildId} />
        </div>
      </div>
      <button type="button" className={styles.jump} onClick={() => void jump()}>
        Jump
      </button>
    </article>
  );
}

interface PagesProps {
  readonly page: number;
  readonly pages: number;
  readonly onChange: (page: number) => void;
}

function Pages({ page, pages, onChange }: PagesProps) {
  return (
    <nav className={styles.pages} aria-label="Pages">
      <button type="button" disabled={page === 0} onClick={() => onChange(page - 1)}>
        Back
      </button>
      <span>
        {page + 1} of {pages}
      </span>
      <button type="button" disabled={page + 1 >= pages} onClick={() => onChange(page + 1)}>
        Next
      </button>
    </nav>
  );
}
