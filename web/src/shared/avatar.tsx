import styles from './avatar.module.css';

export interface AvatarProps {
  readonly name: string;
  /** Address of a picture; without one, initials on a colour of the name's own. */
  readonly picture: string | null;
  readonly size?: number;
  readonly status?: 'online' | 'away' | null;
  readonly bot?: boolean;
}

/** A person's or a bot's picture. Decoration: the name stands beside it, so it is hidden from screen readers. */
export function Avatar({ name, picture, size = 40, status = null, bot = false }: AvatarProps) {
  // By name, so that a person keeps their colour in a fresh playground, where ids are new.
  const hue = hueOf(name.toLowerCase());
  const style = {
    width: size,
    height: size,
    fontSize: size * 0.4,
    '--hue': String(hue),
  };
  return (
    <span className={styles.avatar} style={style} data-bot={bot || undefined} aria-hidden="true">
      {picture === null ? <Face name={name} bot={bot} /> : <img src={picture} alt="" />}
      {status === null ? null : <span className={styles.status} data-status={status} />}
    </span>
  );
}

function Face({ name, bot }: { readonly name: string; readonly bot: boolean }) {
  if (!bot) return <span className={styles.face}>{initials(name)}</span>;
  return (
    <svg className={styles.face} viewBox="0 0 40 40">
      <path d="M11 30V11.5l6 5.5h6l6-5.5V30a1 1 0 0 1-1 1H12a1 1 0 0 1-1-1Z" fill="#20160a" />
      <circle cx="16.4" cy="23" r="1.9" fill="#f3c48f" />
      <circle cx="23.6" cy="23" r="1.9" fill="#f3c48f" />
    </svg>
  );
}

function hueOf(text: string): number {
  let hash = 7;
  for (const letter of text) hash = (hash * 31 + letter.charCodeAt(0)) % 3600;
  return Math.round((hash * 137.5) % 360);
}

function initials(name: string): string {
  const words = name.split(/[\s_.-]+/).filter((word) => word !== '');
  const letters = words.length > 1 ? words.slice(0, 2).map((word) => [...word][0]) : [[...(words[0] ?? '?')][0]];
  return letters.join('').toUpperCase();
}
