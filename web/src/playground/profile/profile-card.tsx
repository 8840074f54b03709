import { Popover } from '@mantine/core';
import { type CSSProperties, useEffect, useState } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { formatMoment } from '../../shared/format-time.ts';
import { bannerAddress } from '../client/addresses.ts';
import type { RawProfile } from '../client/api.ts';
import { insertInComposer } from '../composer/insert.ts';
import { useClient, useClientState, usePlayground, useUi } from '../context.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import { UserAvatar } from '../messages/user-avatar.tsx';
import type { OpenProfile } from '../state/ui.ts';
import { displayName, rolesOf } from '../state/select.ts';
import { useActions } from '../use-actions.ts';
import { shownProfile } from './shown-profile.ts';
import styles from './profile.module.css';

/** The card about a member, beside where their name was pressed. Escape and a press outside close it. */
export function ProfileCard() {
  const { ui } = usePlayground();
  const profile = useUi((state) => state.profile);
  useReturnOfFocus(profile);
  if (profile === null) return null;
  const close = (): void => ui.dispatch({ type: 'set', change: { profile: null } });
  return (
    <Popover
      key={`${profile.userId}-${profile.x}-${profile.y}`}
      opened
      onChange={(opened) => {
        if (!opened) close();
      }}
      position="right-start"
      middlewares={{ shift: { padding: 8, crossAxis: true }, flip: { padding: 8 } }}
      offset={10}
      width="min(320px, calc(100vw - 16px))"
      withinPortal
      trapFocus
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <span style={{ position: 'fixed', left: profile.x, top: profile.y, width: 1, height: 1 }} />
      </Popover.Target>
      <Popover.Dropdown className={styles.card ?? ''} data-testid="profile">
        <Card profile={profile} onClose={close} />
      </Popover.Dropdown>
    </Popover>
  );
}

/** Once the card closes, the focus goes back to what opened it, unless something took it. */
function useReturnOfFocus(profile: OpenProfile | null): void {
  useEffect(() => {
    if (profile === null) return undefined;
    const focused = document.activeElement;
    return () => {
      if (focused instanceof HTMLElement && document.activeElement === document.body) {
        focused.focus({ preventScroll: true });
      }
    };
  }, [profile]);
}

interface CardProps {
  readonly profile: OpenProfile;
  readonly onClose: () => void;
}

function Card({ profile: { userId, guildId }, onClose }: CardProps) {
  const user = useClientState((state) => state.users[userId]);
  const name = useClientState((state) => displayName(state, userId, guildId));
  const statusText = useClientState((state) => state.statusTexts[userId]);
  const raw = useProfile(userId, guildId);
  const { banner, bio, accent } = shownProfile(raw);
  const bannerStyle: CSSProperties = {
    ...(accent === null ? {} : { backgroundColor: accent }),
    ...(banner === null
      ? {}
      : { backgroundImage: `url("${bannerAddress(userId, banner.hash, banner.ofGuild ? guildId : null)}")` }),
  };
  return (
    <div role="group" aria-label={`Profile of ${name}`}>
      <div className={styles.banner} style={bannerStyle} />
      <button type="button" className={styles.close} aria-label="Close" data-autofocus onClick={onClose}>
        <Icon name="close" size={16} />
      </button>
      <div className={styles.body}>
        <span className={styles.avatar}>
          {user === undefined ? null : <UserAvatar user={user} guildId={guildId} size={76} withStatus />}
        </span>
        <h2>
          <span>{name}</span>
          {user?.bot === true ? <span className={styles.badge}>APP</span> : null}
        </h2>
        <p className={styles.username}>{user?.username}</p>
        {statusText === undefined ? null : <p className={styles.statusText}>{statusText}</p>}
        {bio === '' ? null : (
          <section>
            <h3>About me</h3>
            <div className={styles.bio}>
              <Markdown text={bio} guildId={guildId} />
            </div>
          </section>
        )}
        <Membership userId={userId} guildId={guildId} />
        <CardButtons userId={userId} guildId={guildId} name={name} onClose={onClose} />
      </div>
    </div>
  );
}

function Membership({ userId, guildId }: { readonly userId: string; readonly guildId: string | null }) {
  const guild = useClientState((state) => state.guilds[guildId ?? '']);
  const member = useClientState((state) => state.members[guildId ?? '']?.[userId]);
  if (guild === undefined || member === undefined) return null;
  const roles = rolesOf(guild, member);
  return (
    <>
      {roles.length === 0 ? null : (
        <section>
          <h3>Roles</h3>
          <ul className={styles.roles}>
            {roles.map((role) => (
              <li key={role.id}>
                <i
                  style={role.color === 0 ? undefined : { background: `#${role.color.toString(16).padStart(6, '0')}` }}
                />
                {role.name}
              </li>
            ))}
          </ul>
        </section>
      )}
      {member.joinedAt === null ? null : (
        <section>
          <h3>Member since</h3>
          <p>{formatMoment(Date.parse(member.joinedAt), 'D', 0)}</p>
        </section>
      )}
    </>
  );
}

interface CardButtonsProps {
  readonly userId: string;
  readonly guildId: string | null;
  readonly name: string;
  readonly onClose: () => void;
}

function CardButtons({ userId, guildId, name, onClose }: CardButtonsProps) {
  const { member } = useClient();
  const actions = useActions();
  return (
    <div className={styles.buttons}>
      {userId === member.id ? null : (
        <button
          type="button"
          className={styles.primary}
          onClick={() => {
            onClose();
            void actions.openDirect(userId);
          }}
        >
          Message
        </button>
      )}
      <button
        type="button"
        onClick={() => {
          onClose();
          insertInComposer(`@${name} `);
        }}
      >
        Mention
      </button>
      <button
        type="button"
        aria-label="More"
        title="More"
        aria-haspopup="menu"
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          onClose();
          actions.openMenu(box.left, box.bottom, { kind: 'user', userId, guildId });
        }}
      >
        <Icon name="more" size={17} />
      </button>
    </div>
  );
}

/** What the server tells of a user; null until it has, and where it tells nothing. */
function useProfile(userId: string, guildId: string | null): RawProfile | null {
  const { api } = useClient();
  const [profile, setProfile] = useState<RawProfile | null>(null);
  useEffect(() => {
    let gone = false;
    api
      .profile(userId, guildId)
      .then((loaded) => {
        if (!gone) setProfile(loaded);
      })
      // The card is of use without it: name, roles and buttons are known here.
      .catch(() => undefined);
    return () => {
      gone = true;
    };
  }, [api, userId, guildId]);
  return profile;
}
