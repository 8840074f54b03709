import { useEffect } from 'react';
import { usePlayground } from '../context.tsx';
import { focusComposer, useActions } from '../use-actions.ts';
import type { Destination } from './destinations.ts';
import { DestinationPicker } from './destination-picker.tsx';
import styles from './destinations.module.css';

/** Goes to any channel, thread or person by the start of its name. */
export function QuickSwitcher() {
  const { ui } = usePlayground();
  const actions = useActions();
  const go = (destination: Destination): void => {
    ui.dispatch({ type: 'set', change: { dialog: null } });
    if (destination.channel !== null) actions.openChannel(destination.channel.id);
    else if (destination.userId !== null) void actions.openDirect(destination.userId);
    if (matchMedia('(hover: hover)').matches) focusComposer();
  };
  return (
    <>
      <DestinationPicker label="Where do you want to go?" forSending={false} chosen={null} onChoose={go} />
      <p className={styles.hints}>
        <kbd>↑</kbd> <kbd>↓</kbd> to move, <kbd>Enter</kbd> to go, <kbd>#</kbd> for channels, <kbd>@</kbd> for people
      </p>
    </>
  );
}

/** Ctrl+K (⌘K on a Mac) opens the switcher from anywhere on the page, and closes it. */
export function useSwitcherKey(): void {
  const { ui, client } = usePlayground();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const isSwitch =
        (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k';
      // A form that an application opened is not to be lost behind it.
      if (!isSwitch || client.store.getState().modal !== null) return;
      event.preventDefault();
      const open = ui.getState().dialog?.kind === 'switch';
      ui.dispatch({ type: 'set', change: { dialog: open ? null : { kind: 'switch' }, menu: null, profile: null } });
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [ui, client]);
}
