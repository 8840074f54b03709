const storageName = 'dashboard.key';

/**
 * The key of this tab. One in the address (`#key=…`, as the playground links it) is taken out of it at once, so that it is
 * in no history; it ends with the tab.
 */
export function readKey(): string | null {
  const given = /^#key=([\w-]{1,512})$/.exec(location.hash)?.[1];
  if (given !== undefined) {
    sessionStorage.setItem(storageName, given);
    history.replaceState(null, '', location.pathname);
  }
  return sessionStorage.getItem(storageName);
}

export const keepKey = (key: string): void => sessionStorage.setItem(storageName, key);
export const dropKey = (): void => sessionStorage.removeItem(storageName);
