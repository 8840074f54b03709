import { Menu } from '@mantine/core';
import { type MouseEvent, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { Icon } from '../../shared/icons.tsx';
import type { CommandKind } from '../client/interactions.ts';
import { useOfferedCommands } from '../commands/use-offered-commands.ts';
import { useClient, usePlayground } from '../context.tsx';
import { Item } from './menu-item.tsx';

interface AppsMenuProps {
  readonly kind: typeof CommandKind.message | typeof CommandKind.user;
  /** Where the command is run. */
  readonly channelId: string;
  /** The message or the user that the menu is of. */
  readonly targetId: string;
}

/** What applications offer for a message or a user, in a menu of its own; nothing when they offer nothing. */
export function AppsMenu({ kind, channelId, targetId }: AppsMenuProps) {
  const { interactions } = useClient();
  const { refreshCommands } = usePlayground();
  const commands = useOfferedCommands(channelId).filter((command) => (command.type as number) === kind);
  const [opened, setOpened] = useState(false);
  const dropdown = useRef<HTMLDivElement>(null);
  useEffect(() => refreshCommands(), [refreshCommands]);
  if (commands.length === 0) return null;
  const press = (event: MouseEvent): void => {
    flushSync(() => setOpened(true));
    // A key presses without a pointer, and then goes on inside.
    if (event.detail === 0) {
      dropdown.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus({ preventScroll: true });
    }
  };
  return (
    <>
      <Menu.Divider />
      <Menu.Sub opened={opened} onChange={setOpened} width={224}>
        <Menu.Sub.Target>
          <Menu.Sub.Item leftSection={<Icon name="slash" size={16} />} onClick={press}>
            Apps
          </Menu.Sub.Item>
        </Menu.Sub.Target>
        <Menu.Sub.Dropdown ref={dropdown} aria-label="Apps">
          {commands.map((command) => (
            <Item
              key={command.id}
              icon="slash"
              label={command.name}
              onPress={() => void interactions.runContextCommand(channelId, command, targetId)}
            />
          ))}
        </Menu.Sub.Dropdown>
      </Menu.Sub>
    </>
  );
}
