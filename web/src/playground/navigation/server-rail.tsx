import { Tooltip } from '@mantine/core';
import { Icon } from '../../shared/icons.tsx';
import { useUi, useWholeState } from '../context.tsx';
import type { ClientState } from '../state/client-state.ts';
import { formatRoute } from '../state/route.ts';
import { channelTree, directChannels, isUnread } from '../state/select.ts';
import { defaultChannelId } from './default-channel.ts';
import styles from './navigation.module.css';

/** The servers, and above them the way to direct messages. */
export function ServerRail() {
  const state = useWholeState();
  const route = useUi((ui) => ui.route);
  const directUnread = directChannels(state).some((channel) => isUnread(state, channel));
  const direct = route.guildId === null;
  const directCount = directChannels(state).reduce((sum, channel) => sum + (state.mentionCounts[channel.id] ?? 0), 0);
  const firstDirect = directChannels(state)[0]?.id ?? null;
  return (
    <nav className={styles.rail} aria-label="Servers">
      <RailLink
        href={formatRoute({ guildId: null, channelId: firstDirect })}
        label="Direct messages"
        current={direct}
        count={directCount}
        unread={directUnread}
      >
        <Icon name="home" size={22} />
      </RailLink>
      <hr />
      {Object.values(state.guilds).map((guild) => (
        <RailLink
          key={guild.id}
          href={formatRoute({ guildId: guild.id, channelId: defaultChannelId(state, guild.id) })}
          label={guild.name}
          current={route.guildId === guild.id}
          count={mentionsIn(state, guild.id)}
          unread={hasUnread(state, guild.id)}
        >
          {guild.name
            .split(/\s+/)
            .map((word) => word[0])
            .join('')
            .slice(0, 3)}
        </RailLink>
      ))}
    </nav>
  );
}

function hasUnread(state: ClientState, guildId: string): boolean {
  return channelTree(state, guildId).some((group) =>
    group.channels.some(({ channel, threads }) => [channel, ...threads].some((entry) => isUnread(state, entry))),
  );
}

function mentionsIn(state: ClientState, guildId: string): number {
  return Object.values(state.channels)
    .filter((channel) => channel.guildId === guildId)
    .reduce((sum, channel) => sum + (state.mentionCounts[channel.id] ?? 0), 0);
}

interface RailLinkProps {
  readonly href: string;
  readonly label: string;
  readonly current: boolean;
  readonly count: number;
  readonly unread: boolean;
  readonly children: React.ReactNode;
}

function RailLink({ href, label, current, count, unread, children }: RailLinkProps) {
  return (
    <Tooltip label={label} position="right">
      <a
        href={href}
        className={styles.railLink}
        aria-label={count > 0 ? `${label}, ${count} unread` : label}
        aria-current={current ? 'page' : undefined}
        data-unread={unread || undefined}
      >
        {children}
        {count > 0 ? <span className={styles.count}>{count}</span> : null}
      </a>
    </Tooltip>
  );
}
