import type { SearchQuery } from '../client/api.ts';
import type { ClientState } from '../state/client-state.ts';
import { channelTitle, displayName } from '../state/select.ts';
import { firstSnowflakeAt } from '../state/snowflake.ts';

/** What `has:` takes, as Discord's API names it. */
export const hasKinds = ['link', 'embed', 'file', 'image', 'video', 'sound', 'sticker', 'poll', 'snapshot'] as const;

const hasAliases: Readonly<Record<string, string>> = { forward: 'snapshot', picture: 'image', audio: 'sound' };

export interface ParsedSearch {
  readonly query: SearchQuery;
  /** What could not be understood, in words; null when all was. */
  readonly problem: string | null;
}

const filterNames = ['from', 'in', 'has', 'mentions', 'pinned', 'before', 'after'] as const;
type FilterName = (typeof filterNames)[number];

interface Filter {
  readonly name: FilterName;
  readonly value: string;
}

/** Words, quoted words and `name:value`, whose value may be quoted too. */
const piece = /(?:(\w+):)?(?:"([^"]*)"?|(\S+))/g;

/** Reads a search as Discord's field takes it: words, and `from:`, `in:`, `has:` and the like between them. */
export function parseSearch(state: ClientState, guildId: string, text: string): ParsedSearch {
  const words: string[] = [];
  const filters: Filter[] = [];
  for (const [whole, name, quoted, plain] of text.matchAll(piece)) {
    const known = filterNames.find((entry) => entry === name?.toLowerCase());
    if (known === undefined) words.push(whole.replaceAll('"', ''));
    else filters.push({ name: known, value: quoted ?? plain ?? '' });
  }
  const query: Record<string, string | string[]> = words.length === 0 ? {} : { content: words.join(' ') };
  for (const filter of filters) {
    const found = resolve(state, guildId, filter);
    if ('problem' in found) return { query, problem: found.problem };
    const known = query[found.key];
    query[found.key] = found.many ? [...(Array.isArray(known) ? known : []), found.value] : found.value;
  }
  const empty = Object.keys(query).length === 0;
  return { query, problem: empty ? 'Type what to look for.' : null };
}

type Resolved = { readonly key: string; readonly value: string; readonly many: boolean } | { readonly problem: string };

function resolve(state: ClientState, guildId: string, { name, value }: Filter): Resolved {
  switch (name) {
    case 'from':
      return person(state, guildId, value, 'author_id');
    case 'mentions':
      return person(state, guildId, value, 'mentions');
    case 'in':
      return place(state, guildId, value);
    case 'has': {
      const wanted = hasAliases[value.toLowerCase()] ?? value.toLowerCase();
      const known = hasKinds.find((kind) => kind === wanted);
      if (known === undefined) return { problem: `has: takes ${hasKinds.join(', ')}, not “${value}”.` };
      return { key: 'has', value: known, many: true };
    }
    case 'pinned':
      return { key: 'pinned', value: String(!/^(no|false|0)$/i.test(value)), many: false };
    case 'before':
    case 'after':
      return moment(name, value);
  }
}

function person(state: ClientState, guildId: string, value: string, key: string): Resolved {
  const wanted = value.replace(/^@/, '').toLowerCase();
  const ids = Object.keys(state.members[guildId] ?? {});
  const names = (id: string): string[] => [state.users[id]?.username ?? '', displayName(state, id, guildId), id];
  const id = ids.find((entry) => names(entry).some((known) => known.toLowerCase() === wanted));
  return id === undefined ? { problem: `Nobody here is called “${value}”.` } : { key, value: id, many: true };
}

function place(state: ClientState, guildId: string, value: string): Resolved {
  const wanted = value.replace(/^#/, '').toLowerCase();
  const channel = Object.values(state.channels).find(
    (entry) =>
      entry.guildId === guildId && (entry.id === wanted || channelTitle(state, entry).toLowerCase() === wanted),
  );
  return channel === undefined
    ? { problem: `There is no channel called “${value}” here.` }
    : { key: 'channel_id', value: channel.id, many: true };
}

/** Days are the reader's own; `after` means after the end of the day, as in Discord's clients. */
function moment(name: 'before' | 'after', value: string): Resolved {
  const atMs = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00:00`) : NaN;
  if (Number.isNaN(atMs)) return { problem: `${name}: takes a date such as 2026-01-31, not “${value}”.` };
  const dayMs = 86_400_000;
  return name === 'before'
    ? { key: 'max_id', value: firstSnowflakeAt(atMs), many: false }
    : { key: 'min_id', value: firstSnowflakeAt(atMs + dayMs), many: false };
}

export interface SearchHint {
  /** What the field holds once the hint is taken. */
  readonly text: string;
  readonly label: string;
  readonly description: string;
}

const filterHints: readonly (readonly [string, string])[] = [
  ['from:', 'a member'],
  ['in:', 'a channel or thread'],
  ['has:', 'link, file, image, sticker …'],
  ['mentions:', 'a member'],
  ['before:', 'a date'],
  ['after:', 'a date'],
];
const mostHints = 8;

/** What may be typed next: the filters, or the values of the one that is being typed. */
export function searchHints(state: ClientState, guildId: string, text: string): readonly SearchHint[] {
  const last = /(?:^|\s)((\w+):("?)([^"\s]*))$/.exec(text);
  if (last === null) {
    const typed = /(?:^|\s)(\w*)$/.exec(text)?.[1]?.toLowerCase() ?? '';
    const start = text.slice(0, text.length - typed.length);
    return filterHints
      .filter(([name]) => name.startsWith(typed))
      .map(([name, description]) => ({ text: start + name, label: name, description }));
  }
  const [, whole = '', name = '', , typed = ''] = last;
  const start = text.slice(0, text.length - whole.length);
  return valuesOf(state, guildId, name.toLowerCase())
    .filter(([value, description]) => `${value} ${description}`.toLowerCase().includes(typed.toLowerCase()))
    .slice(0, mostHints)
    .map(([value, description]) => ({
      text: `${start}${name}:${/\s/.test(value) ? `"${value}"` : value} `,
      label: `${name}:${value}`,
      description,
    }));
}

function valuesOf(state: ClientState, guildId: string, name: string): readonly (readonly [string, string])[] {
  if (name === 'has') return hasKinds.map((kind) => [kind, kind === 'snapshot' ? 'a forward' : '']);
  if (name === 'from' || name === 'mentions') {
    return Object.keys(state.members[guildId] ?? {}).map((id) => [
      state.users[id]?.username ?? id,
      displayName(state, id, guildId),
    ]);
  }
  if (name !== 'in') return [];
  return Object.values(state.channels)
    .filter((channel) => channel.guildId === guildId && channel.kind !== 4)
    .map((channel) => [channelTitle(state, channel), channel.thread === null ? '' : 'thread']);
}
