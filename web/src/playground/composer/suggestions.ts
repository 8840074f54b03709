import type { RunnableCommand } from '../client/interactions.ts';
import { commandTitle } from '../client/interactions.ts';
import type { ClientState } from '../state/client-state.ts';
import { ChannelKind } from '../state/model.ts';
import { channelTitle, displayName } from '../state/select.ts';
import { searchEmoji } from './emoji.ts';
import type { Trigger } from './trigger.ts';

const most = 10;

/** One thing the message box offers. Commands open a form; all else is text to put in. */
export interface Suggestion {
  readonly key: string;
  readonly label: string;
  readonly note: string;
  /** A picture as text: an emoji, `@`, `#` or `/`. */
  readonly symbol: string;
  readonly userId: string | null;
  readonly insert: string;
  readonly command: RunnableCommand | null;
}

const blank = { note: '', userId: null, command: null } as const;

/** What fits the trigger, the best first. */
export function suggest(
  state: ClientState,
  guildId: string | null,
  commands: readonly RunnableCommand[],
  trigger: Trigger,
): readonly Suggestion[] {
  switch (trigger.kind) {
    case 'command':
      return commandSuggestions(commands, trigger.query);
    case 'mention':
      return best(mentionSuggestions(state, guildId), trigger.query);
    case 'channel':
      return best(channelSuggestions(state, guildId), trigger.query);
    case 'emoji':
      return emojiSuggestions(state, guildId, trigger.query);
  }
}

function commandSuggestions(commands: readonly RunnableCommand[], query: string): readonly Suggestion[] {
  const typed = query.toLowerCase();
  return commands
    .filter((command) => {
      const name = commandTitle(command).slice(1);
      return name.startsWith(typed) || typed.startsWith(`${name} `) || (typed !== '' && name.includes(typed));
    })
    .sort((a, b) => Number(!startsWith(a, typed)) - Number(!startsWith(b, typed)))
    .map((command) => ({
      ...blank,
      key: commandTitle(command),
      label: commandTitle(command),
      note: command.description,
      symbol: '/',
      insert: '',
      command,
    }));
}

function startsWith(command: RunnableCommand, typed: string): boolean {
  return commandTitle(command).slice(1).startsWith(typed);
}

function mentionSuggestions(state: ClientState, guildId: string | null): readonly Suggestion[] {
  const guild = state.guilds[guildId ?? ''];
  const ids = guildId === null ? Object.keys(state.users) : Object.keys(state.members[guildId] ?? {});
  const people = ids.map((id) => {
    const name = displayName(state, id, guildId);
    const username = state.users[id]?.username ?? '';
    return { ...blank, key: id, label: name, note: username, symbol: '@', userId: id, insert: `@${name} ` };
  });
  const roles = Object.values(guild?.roles ?? {})
    .filter((role) => role.id !== guild?.id)
    .map((role) => ({
      ...blank,
      key: role.id,
      label: `@${role.name}`,
      note: 'role',
      symbol: '@',
      insert: `@${role.name} `,
    }));
  return [...people, ...roles];
}

function channelSuggestions(state: ClientState, guildId: string | null): readonly Suggestion[] {
  return Object.values(state.channels)
    .filter((channel) => channel.guildId === guildId && channel.kind !== ChannelKind.category)
    .map((channel) => {
      const title = channelTitle(state, channel);
      return { ...blank, key: channel.id, label: title, note: channel.topic ?? '', symbol: '#', insert: `#${title} ` };
    });
}

function emojiSuggestions(state: ClientState, guildId: string | null, query: string): readonly Suggestion[] {
  const custom = (state.guilds[guildId ?? '']?.emojis ?? []).filter((emoji) => emoji.name?.includes(query) ?? false);
  const own = custom.map((emoji) => {
    const name = `:${emoji.name ?? ''}:`;
    return { ...blank, key: emoji.id ?? name, label: name, note: 'of this server', symbol: '☆', insert: `${name} ` };
  });
  const common = searchEmoji(query).map((emoji) => ({
    ...blank,
    key: emoji.character,
    label: `:${emoji.name}:`,
    symbol: emoji.character,
    insert: `${emoji.character} `,
  }));
  return [...own, ...common].slice(0, most);
}

/** Entries whose label or note holds the query; those that begin with it come first. */
function best(entries: readonly Suggestion[], query: string): readonly Suggestion[] {
  const typed = query.toLowerCase();
  const rank = (entry: Suggestion): number => {
    const names = [entry.label.replace(/^@/, '').toLowerCase(), entry.note.toLowerCase()];
    if (names.some((name) => name.startsWith(typed))) return 0;
    return names[0]?.includes(typed) === true ? 1 : 2;
  };
  return entries
    .map((entry) => ({ entry, rank: rank(entry) }))
    .filter(({ rank: place }) => place < 2)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ entry }) => entry);
}
