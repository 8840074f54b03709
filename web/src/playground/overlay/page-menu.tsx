import { Menu } from '@mantine/core';
import { useEffect } from 'react';
import { usePlayground, useUi } from '../context.tsx';
import type { OpenMenu } from '../state/ui.ts';
import { MessageMenuItems } from './message-menu-items.tsx';
import { UserMenuItems } from './user-menu-items.tsx';

/** The one context menu of the page, at the place where it was asked for. */
export function PageMenu() {
  const { ui } = usePlayground();
  const menu = useUi((state) => state.menu);
  const close = (): void => ui.dispatch({ type: 'set', change: { menu: null } });
  useEffect(() => {
    if (menu === null) return undefined;
    const focused = document.activeElement;
    return () => {
      // Unless what was chosen has taken the focus, it goes back to where the menu was asked for.
      if (focused instanceof HTMLElement && document.activeElement === document.body) {
        focused.focus({ preventScroll: true });
      }
    };
  }, [menu]);
  if (menu === null) return null;
  return (
    <Menu
      key={`${menu.x}-${menu.y}`}
      opened
      onClose={close}
      position="bottom-start"
      offset={4}
      width={224}
      withinPortal
      trapFocus
      transitionProps={{ duration: 0 }}
    >
      <Menu.Target>
        <span style={{ position: 'fixed', left: menu.x, top: menu.y, width: 1, height: 1 }} />
      </Menu.Target>
      <Menu.Dropdown>
        <MenuItems menu={menu} />
      </Menu.Dropdown>
    </Menu>
  );
}

function MenuItems({ menu }: { readonly menu: OpenMenu }) {
  return menu.target.kind === 'message' ? (
    <MessageMenuItems message={menu.target.message} />
  ) : (
    <UserMenuItems userId={menu.target.userId} guildId={menu.target.guildId} />
  );
}
