import { useState } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { useClientState, usePlayground, useUi, useWholeState } from '../context.tsx';
import { type Channel, ChannelKind } from '../state/model.ts';
import { formatRoute } from '../state/route.ts';
import {
  channelTitle,
  channelTree,
  directChannels,
  directPartner,
  isUnread,
  type ChannelGroup,
} from '../state/select.ts';
import { UserAvatar } from '../messages/user-avatar.tsx';
import { useActions } from '../use-actions.ts';
import { channelIcon } from './channel-icon.ts';
import { WhoAmI } from './who-am-i.tsx';
import styles from './navigation.module.css';

/** The channels of the open server or the list of DMs, and below it who this person is. */
export function Sidebar() {
  const guildId = useUi((ui) => ui.route.guildId);
  const guild = useClientState((state) => state.guilds[guildId ?? '']);
  return (
    <aside className={styles.sidebar} aria-label="Channels">
      <div className={styles.sidebarHead}>
        <h1>{guildId === null ? 'Direct messages' : (guild?.name ?? '…')}</h1>
      </div>
      <FindButton />
      <nav className={styles.channels} aria-label={guildId === null ? 'Direct messages' : 'Channels'}>
        {guildId === null ? <DirectList /> : <ChannelList guildId={guildId} />}
      </nav>
      <WhoAmI />
    </aside>
  );
}

function FindButton() {
  const { ui } = usePlayground();
  return (
    <button
      type="button"
      className={styles.find}
      aria-keyshortcuts="Control+K"
      onClick={() => ui.dispatch({ type: 'set', change: { dialog: { kind: 'switch' }, navigationOpen: false } })}
    >
      <Icon name="search" size={15} />
      <span>Go to…</span>
      <kbd>Ctrl K</kbd>
    </button>
  );
}

function ChannelList({ guildId }: { readonly guildId: string }) {
  const state = useWholeState();
  const openId = useUi((ui) => ui.route.channelId);
  return channelTree(state, guildId, openId).map((group) => <Group key={group.category?.id ?? 'none'} group={group} />);
}

function Group({ group }: { readonly group: ChannelGroup }) {
  const [open, setOpen] = useState(true);
  return (
    <section>
      {group.category === null ? null : (
        <button type="button" className={styles.category} aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name="chevron" size={12} />
          {group.category.name}
        </button>
      )}
      <ul>
        {group.channels.map(({ channel, threads }) => (
          <li key={channel.id}>
            {open ? <ChannelLink channel={channel} /> : null}
            {open && threads.length > 0 ? (
              <ul className={styles.threads}>
                {threads.map((thread) => (
                  <li key={thread.id}>
                    <ChannelLink channel={thread} />
                  </li>
                ))}
              </ul>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

function ChannelLink({ channel }: { readonly channel: Channel }) {
  const current = useUi((ui) => ui.route.channelId === channel.id);
  const unread = useClientState((state) => isUnread(state, channel));
  const count = useClientState((state) => state.mentionCounts[channel.id] ?? 0);
  const title = useClientState((state) => channelTitle(state, channel));
  const closeDrawer = useCloseDrawer();
  return (
    <a
      className={styles.channelLink}
      href={formatRoute({ guildId: channel.guildId, channelId: channel.id })}
      onClick={closeDrawer}
      data-testid="channel-link"
      data-name={title}
      data-unread={(unread && !current) || undefined}
      aria-current={current ? 'page' : undefined}
      aria-label={`${title}${unread && !current ? ', unread' : ''}${count > 0 ? `, ${count} mentions` : ''}`}
    >
      <Icon name={channelIcon(channel)} size={channel.thread === null ? 18 : 15} />
      <span>{title}</span>
      {count > 0 ? <span className={styles.count}>{count}</span> : null}
    </a>
  );
}

/** On a phone the list lies over the channel: choosing one gives way to it. */
function useCloseDrawer(): () => void {
  const { ui } = usePlayground();
  return () => ui.dispatch({ type: 'set', change: { navigationOpen: false } });
}

function DirectList() {
  const state = useWholeState();
  const channels = directChannels(state);
  return (
    <ul>
      <NewBotLink channels={channels} />
      {channels.map((channel) => (
        <li key={channel.id}>
          {channel.kind === ChannelKind.dm ? <DirectLink channel={channel} /> : <ChannelLink channel={channel} />}
        </li>
      ))}
    </ul>
  );
}

/** The bot is there to write to even where nobody has yet. */
function NewBotLink({ channels }: { readonly channels: readonly Channel[] }) {
  const { botUserId } = usePlayground();
  const actions = useActions();
  const bot = useClientState((state) => state.users[botUserId ?? '']);
  if (bot === undefined || channels.some((channel) => channel.recipientIds.includes(bot.id))) return null;
  return (
    <li>
      <button
        type="button"
        className={styles.channelLink}
        data-testid="channel-link"
        data-name={bot.username}
        onClick={() => void actions.openDirect(bot.id)}
      >
        <UserAvatar user={bot} guildId={null} size={28} withStatus />
        <span>{bot.global_name ?? bot.username}</span>
        <span className={styles.badge}>APP</span>
      </button>
    </li>
  );
}

function DirectLink({ channel }: { readonly channel: Channel }) {
  const current = useUi((ui) => ui.route.channelId === channel.id);
  const partner = useClientState((state) => directPartner(state, channel));
  const title = useClientState((state) => channelTitle(state, channel));
  const closeDrawer = useCloseDrawer();
  const count = useClientState((state) => state.mentionCounts[channel.id] ?? 0);
  const unread = useClientState((state) => isUnread(state, channel)) && !current;
  return (
    <a
      className={styles.channelLink}
      href={formatRoute({ guildId: null, channelId: channel.id })}
      onClick={closeDrawer}
      data-testid="channel-link"
      data-name={title}
      data-unread={unread || undefined}
      aria-current={current ? 'page' : undefined}
      aria-label={`${title}${unread ? ', unread' : ''}${count > 0 ? `, ${count} messages` : ''}`}
    >
      {partner === null ? <Icon name="at" /> : <UserAvatar user={partner} guildId={null} size={28} withStatus />}
      <span>{title}</span>
      {partner?.bot === true ? <span className={styles.badge}>APP</span> : null}
      {count > 0 ? <span className={styles.count}>{count}</span> : null}
    </a>
  );
}
