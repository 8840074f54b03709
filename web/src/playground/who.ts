import type { ControlMember } from './client/control.ts';

const key = 'playground.member';
const preferred = 'alice';

/**
 * Whom this tab speaks as: the one just chosen, else `?as=` of the address, else the one of before, else alice (an
 * ordinary member sees the server as most people do), else the first.
 */
export function chooseMember(
  members: readonly ControlMember[],
  chosen: string | null,
  search: string,
): ControlMember | null {
  const names = [chosen, new URLSearchParams(search).get('as'), rememberedMember(), preferred];
  const found = names.flatMap((name) => members.find((member) => member.username === name) ?? []);
  return found[0] ?? members[0] ?? null;
}

function rememberedMember(): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keeps the choice for this tab, in its storage and in the address, so that a reload comes back as the same member. */
export function rememberMember(username: string): void {
  try {
    sessionStorage.setItem(key, username);
  } catch {
    // The address below is enough.
  }
  const url = new URL(location.href);
  if (url.searchParams.has('as')) {
    url.searchParams.set('as', username);
    history.replaceState(null, '', url);
  }
}
