import { Popover } from '@mantine/core';
import { useState } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { EmojiPicker } from './emoji-picker.tsx';
import styles from './composer.module.css';

/** Opens the emoji picker beside the message box. */
export function EmojiButton({ onChoose }: { readonly onChoose: (emoji: string) => void }) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="top-end" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <button
          type="button"
          className={styles.icon}
          aria-label="Emojis"
          title="Emojis"
          aria-haspopup="dialog"
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          <Icon name="smile" size={20} />
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <EmojiPicker
          onChoose={(emoji) => {
            setOpened(false);
            onChoose(emoji.id === null ? emoji.name : `:${emoji.name}: `);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
