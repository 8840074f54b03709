import { Popover } from '@mantine/core';
import { useState } from 'react';
import { Icon, type IconName } from '../../shared/icons.tsx';
import { useClientState, usePlayground, useUi } from '../context.tsx';
import { channelIcon } from '../navigation/channel-icon.ts';
import type { Channel } from '../state/model.ts';
import { SearchField } from '../search/search-field.tsx';
import { channelTitle } from '../state/select.ts';
import { useActions } from '../use-actions.ts';
import { ThreadList } from './thread-list.tsx';
import styles from './channel.module.css';

/** The channel's name and topic, and the ways to its threads and members. */
export function ChannelHeader({ channel }: { readonly channel: Channel }) {
  const { ui } = usePlayground();
  const actions = useActions();
  const title = useClientState((state) => channelTitle(state, channel));
  const parent = useClientState((state) =>
    channel.thread === null ? undefined : state.channels[channel.parentId ?? ''],
  );
  const membersOpen = useUi((state) => state.membersOpen);
  const inGuild = channel.guildId !== null;
  return (
    <header className={styles.header}>
      <span className={styles.onlyNarrow}>
        <HeadButton
          icon="menu"
          label="Servers and channels"
          onPress={() => ui.dispatch({ type: 'set', change: { navigationOpen: true } })}
        />
      </span>
      {parent === undefined ? null : (
        <button type="button" className={styles.parentLink} onClick={() => actions.openChannel(parent.id)}>
          #{parent.name} ›
        </button>
      )}
      <Icon name={channelIcon(channel)} size={20} />
      <h2>{title}</h2>
      {channel.topic === null || channel.forum !== null ? null : <p title={channel.topic}>{channel.topic}</p>}
      <div className={styles.headerEnd}>
        {channel.guildId === null ? null : <Search guildId={channel.guildId} />}
        {inGuild && channel.thread === null && channel.forum === null ? <ThreadsButton channel={channel} /> : null}
        {inGuild ? (
          <HeadButton
            icon="people"
            label={membersOpen ? 'Hide members' : 'Show members'}
            pressed={membersOpen}
            onPress={() => ui.dispatch({ type: 'set', change: { membersOpen: !membersOpen } })}
          />
        ) : null}
      </div>
    </header>
  );
}

/** The search field; on a phone a button that opens the results with a field of their own. */
function Search({ guildId }: { readonly guildId: string }) {
  const { ui } = usePlayground();
  const guildName = useClientState((state) => state.guilds[guildId]?.name ?? '');
  return (
    <>
      <span className={styles.onlyWide}>
        <SearchField guildId={guildId} guildName={guildName} />
      </span>
      <span className={styles.onlyNarrow}>
        <HeadButton icon="search" label="Search" onPress={() => ui.dispatch({ type: 'set', change: { search: '' } })} />
      </span>
    </>
  );
}

interface HeadButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly pressed?: boolean;
  readonly onPress: () => void;
}

function HeadButton({ icon, label, pressed, onPress }: HeadButtonProps) {
  return (
    <button
      type="button"
      className={styles.headButton}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onPress}
    >
      <Icon name={icon} size={20} />
    </button>
  );
}

function ThreadsButton({ channel }: { readonly channel: Channel }) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <button
          type="button"
          className={styles.headButton}
          aria-label="Threads"
          title="Threads"
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          <Icon name="thread" size={20} />
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <ThreadList channel={channel} onDone={() => setOpened(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}
