import { Menu, useMantineColorScheme } from '@mantine/core';
import { Avatar } from '../../shared/avatar.tsx';
import { Icon } from '../../shared/icons.tsx';
import { useClientState, usePlayground } from '../context.tsx';
import type { ControlMember } from '../client/control.ts';
import styles from './navigation.module.css';

/** Says as whom this tab speaks, and lets the person become another member. */
export function WhoAmI() {
  const { client, members, becomeMember } = usePlayground();
  const me = client.member;
  return (
    <div className={styles.me}>
      <Menu position="top-start" width={236} withinPortal>
        <Menu.Target>
          <button
            type="button"
            className={styles.who}
            data-testid="who-am-i"
            data-username={me.username}
            aria-label={`You are ${me.username}. Become another member`}
          >
            <Avatar name={me.username} picture={null} size={34} status="online" />
            <span>
              <small>You are</small>
              <b>{me.username}</b>
            </span>
            <Icon name="chevron" size={15} />
          </button>
        </Menu.Target>
        <Menu.Dropdown className={styles.people}>
          <Menu.Label>Speak as</Menu.Label>
          {members.map((member) => (
            <MemberItem key={member.id} member={member} current={member.id === me.id} onChoose={becomeMember} />
          ))}
        </Menu.Dropdown>
      </Menu>
      <DashboardLink />
      <SchemeSwitch />
    </div>
  );
}

interface MemberItemProps {
  readonly member: ControlMember;
  readonly current: boolean;
  readonly onChoose: (username: string) => void;
}

function MemberItem({ member, current, onChoose }: MemberItemProps) {
  const title = useClientState((state) => {
    const guild = Object.values(state.guilds)[0];
    if (guild === undefined) return '';
    if (guild.ownerId === member.id) return 'owner';
    const names = member.roles.flatMap((id) => guild.roles[id]?.name ?? []);
    return names.find((name) => name !== '@everyone') ?? 'member';
  });
  return (
    <Menu.Item
      leftSection={<Avatar name={member.username} picture={null} size={26} />}
      rightSection={current ? <Icon name="check" size={16} /> : null}
      aria-current={current || undefined}
      data-username={member.username}
      onClick={() => onChoose(member.username)}
    >
      {member.username} <small className={styles.roleNote}>{title}</small>
    </Menu.Item>
  );
}

function DashboardLink() {
  const { dashboard } = usePlayground();
  if (dashboard === null) return null;
  return (
    <a
      className={styles.iconButton}
      href={dashboard}
      target="_blank"
      rel="noreferrer noopener"
      aria-label="Open the dashboard, signed in"
      title="Open the dashboard, signed in"
    >
      <Icon name="settings" />
    </a>
  );
}

function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const next = colorScheme === 'light' ? 'dark' : 'light';
  return (
    <button
      type="button"
      className={styles.iconButton}
      aria-label={`Use ${next} colours`}
      title={`Use ${next} colours`}
      onClick={() => setColorScheme(next)}
    >
      <Icon name={next === 'light' ? 'sun' : 'moon'} />
    </button>
  );
}
