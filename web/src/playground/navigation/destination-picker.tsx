import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { useWholeState } from '../context.tsx';
import { UserAvatar } from '../messages/user-avatar.tsx';
import { channelIcon } from './channel-icon.ts';
import { type Destination, findDestinations } from './destinations.ts';
import styles from './destinations.module.css';

interface DestinationPickerProps {
  readonly label: string;
  readonly forSending: boolean;
  /** Keys of what is ticked; null where one choice ends the matter. */
  readonly chosen: ReadonlySet<string> | null;
  readonly onChoose: (destination: Destination) => void;
}

/** A field to type in and the places that fit it. Arrow keys move, Enter chooses. */
export function DestinationPicker({ label, forSending, chosen, onChoose }: DestinationPickerProps) {
  const state = useWholeState();
  const id = useId();
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const found = useMemo(() => findDestinations(state, query, forSending), [state, query, forSending]);
  const at = Math.min(active, found.length - 1);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && found.length > 0) {
      event.preventDefault();
      setActive((at + step + found.length) % found.length);
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      const destination = found[at];
      if (destination !== undefined) onChoose(destination);
    }
  };
  return (
    <div className={styles.picker}>
      <input
        className={styles.field}
        role="combobox"
        aria-label={label}
        aria-expanded
        aria-controls={id}
        aria-activedescendant={found[at] === undefined ? undefined : `${id}-${at}`}
        placeholder={label}
        value={query}
        // At once, since people type on; the dialog's own focusing comes later.
        autoFocus
        data-autofocus
        onChange={(event) => {
          setQuery(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={id} role="listbox" aria-label="Places" aria-multiselectable={chosen !== null} className={styles.list}>
        {found.map((destination, index) => (
          <DestinationRow
            key={destination.key}
            id={`${id}-${index}`}
            destination={destination}
            active={index === at}
            ticked={chosen === null ? null : chosen.has(destination.key)}
            onPoint={() => setActive(index)}
            onPress={() => onChoose(destination)}
          />
        ))}
        {found.length === 0 ? <p role="status">Nothing fits “{query}”.</p> : null}
      </div>
    </div>
  );
}

interface DestinationRowProps {
  readonly id: string;
  readonly destination: Destination;
  readonly active: boolean;
  readonly ticked: boolean | null;
  readonly onPoint: () => void;
  readonly onPress: () => void;
}

function DestinationRow({ id, destination, active, ticked, onPoint, onPress }: DestinationRowProps) {
  const row = useRef<HTMLDivElement>(null);
  const { label, detail, unread, mentions } = destination;
  useEffect(() => {
    if (active) row.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <div
      ref={row}
      id={id}
      role="option"
      className={styles.row}
      aria-selected={ticked ?? active}
      data-active={active || undefined}
      data-unread={unread || undefined}
      data-testid="destination"
      onMouseMove={onPoint}
      onClick={onPress}
    >
      <DestinationPicture destination={destination} />
      <b>{label}</b>
      <small>{detail}</small>
      {mentions > 0 ? <span className={styles.count}>{mentions}</span> : null}
      {ticked === null ? null : (
        <span className={styles.box} data-ticked={ticked || undefined}>
          {ticked ? <Icon name="check" size={14} /> : null}
        </span>
      )}
    </div>
  );
}

function DestinationPicture({ destination: { channel, userId } }: { readonly destination: Destination }) {
  const user = useWholeState().users[userId ?? ''];
  if (user !== undefined) return <UserAvatar user={user} guildId={null} size={22} />;
  return <Icon name={channel === null ? 'at' : channelIcon(channel)} size={18} />;
}
