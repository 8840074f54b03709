import { Drawer } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useEffect } from 'react';
import { useClientState, usePlayground, useUi } from './context.tsx';
import { ChannelView } from './messages/channel-view.tsx';
import { defaultChannelId, rememberChannel } from './navigation/default-channel.ts';
import { MemberList } from './navigation/member-list.tsx';
import { ServerRail } from './navigation/server-rail.tsx';
import { useSwitcherKey } from './navigation/quick-switcher.tsx';
import { Sidebar } from './navigation/sidebar.tsx';
import { Dialogs } from './overlay/dialogs.tsx';
import { ModalForm } from './overlay/modal-form.tsx';
import { PageMenu } from './overlay/page-menu.tsx';
import { PictureViewer } from './overlay/picture-viewer.tsx';
import { Toasts } from './overlay/toasts.tsx';
import { ProfileCard } from './profile/profile-card.tsx';
import { SearchPanel } from './search/search-panel.tsx';
import { formatRoute } from './state/route.ts';
import { isUnread } from './state/select.ts';
import { StatusStrip } from './status-strip.tsx';
import styles from './app.module.css';

/** The frame: servers, channels, the open channel, members; drawers where the window is narrow. */
export function Shell() {
  const narrow = useMediaQuery('(max-width: 720px)', undefined, { getInitialValueInEffect: false });
  const medium = useMediaQuery('(max-width: 1000px)', undefined, { getInitialValueInEffect: false });
  const route = useUi((state) => state.route);
  useDefaultRoute();
  useTitle();
  useSwitcherKey();
  return (
    <div className={styles.page}>
      <StatusStrip />
      <div className={styles.frame}>
        {narrow ? (
          <NavigationDrawer />
        ) : (
          <>
            <ServerRail />
            <Sidebar />
          </>
        )}
        <main className={styles.main}>
          {route.channelId === null ? <Nowhere /> : <ChannelView channelId={route.channelId} />}
        </main>
        {route.guildId === null ? null : <Side guildId={route.guildId} inDrawer={medium} />}
      </div>
      <PageMenu />
      <ProfileCard />
      <Dialogs />
      <ModalForm />
      <PictureViewer />
      <Toasts />
    </div>
  );
}

/** What stands to the right of a server's channel: what was found, or who is there. */
function Side({ guildId, inDrawer }: { readonly guildId: string; readonly inDrawer: boolean }) {
  const search = useUi((state) => state.search);
  if (search !== null) return <SearchPanel key={`${guildId} ${search}`} guildId={guildId} text={search} />;
  return <Members guildId={guildId} inDrawer={inDrawer} />;
}

function NavigationDrawer() {
  const { ui } = usePlayground();
  const opened = useUi((state) => state.navigationOpen);
  return (
    <Drawer
      opened={opened}
      onClose={() => ui.dispatch({ type: 'set', change: { navigationOpen: false } })}
      size={316}
      withCloseButton={false}
      transitionProps={{ duration: 140 }}
      aria-label="Servers and channels"
    >
      <div className={styles.drawer}>
        <ServerRail />
        <Sidebar />
      </div>
    </Drawer>
  );
}

function Members({ guildId, inDrawer }: { readonly guildId: string; readonly inDrawer: boolean }) {
  const { ui } = usePlayground();
  const opened = useUi((state) => state.membersOpen);
  const menuOpen = useUi((state) => state.menu !== null || state.profile !== null);
  useEffect(() => {
    if (inDrawer) ui.dispatch({ type: 'set', change: { membersOpen: false } });
  }, [ui, inDrawer]);
  if (!inDrawer) return opened ? <MemberList guildId={guildId} /> : null;
  return (
    <Drawer
      opened={opened}
      position="right"
      onClose={() => ui.dispatch({ type: 'set', change: { membersOpen: false } })}
      size={256}
      withCloseButton={false}
      closeOnEscape={!menuOpen}
      transitionProps={{ duration: 140 }}
      aria-label="Members"
    >
      <MemberList guildId={guildId} />
    </Drawer>
  );
}

function Nowhere() {
  const { ui } = usePlayground();
  const ready = useClientState((state) => state.connection.phase === 'ready');
  return (
    <div className={styles.nowhere}>
      <p>{ready ? 'Choose a channel to read and write in.' : 'Connecting…'}</p>
      <button type="button" onClick={() => ui.dispatch({ type: 'set', change: { navigationOpen: true } })}>
        Servers and channels
      </button>
    </div>
  );
}

/** Opens the first channel of the first server when the address names none, or one that is not there for this member. */
function useDefaultRoute(): void {
  const { client, ui } = usePlayground();
  const route = useUi((state) => state.route);
  const guilds = useClientState((state) => state.guilds);
  useEffect(() => {
    const state = client.store.getState();
    const guildId = route.guildId ?? null;
    if (guildId !== null && route.channelId !== null && state.channels[route.channelId] !== undefined) {
      rememberChannel(guildId, route.channelId);
      return;
    }
    if (location.hash.startsWith('#/channels/@me')) return;
    const guild = guilds[guildId ?? ''] ?? Object.values(guilds)[0];
    if (guild === undefined) return;
    const channelId = defaultChannelId(state, guild.id);
    if (channelId === null) return;
    history.replaceState(null, '', formatRoute({ guildId: guild.id, channelId }));
    ui.dispatch({ type: 'set', change: { route: { guildId: guild.id, channelId } } });
  }, [client, ui, route, guilds]);
}

/** The tab's title tells of what is unread. */
function useTitle(): void {
  const name = useClientState((state) => {
    const mentions = Object.values(state.mentionCounts).reduce((sum, count) => sum + count, 0);
    if (mentions > 0) return `(${mentions}) `;
    return Object.values(state.channels).some((channel) => isUnread(state, channel)) ? '• ' : '';
  });
  const { client } = usePlayground();
  useEffect(() => {
    document.title = `${name}Playground · ${client.member.username}`;
  }, [name, client]);
}
