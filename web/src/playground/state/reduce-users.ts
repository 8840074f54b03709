import type { ClientState } from './client-state.ts';
import type { User } from './model.ts';

/** Keeps the newest copy of each user; the state stays the same object when nothing new was said. */
export function rememberUsers(state: ClientState, users: readonly User[]): ClientState {
  const news = users.filter((user) => !sameUser(state.users[user.id], user));
  if (news.length === 0) return state;
  const known = { ...state.users };
  for (const user of news) known[user.id] = { ...known[user.id], ...user };
  return { ...state, users: known };
}

function sameUser(known: User | undefined, user: User): boolean {
  return (
    known !== undefined &&
    known.username === user.username &&
    known.global_name === user.global_name &&
    known.avatar === user.avatar &&
    (user.banner === undefined || known.banner === user.banner) &&
    known.bot === user.bot
  );
}
