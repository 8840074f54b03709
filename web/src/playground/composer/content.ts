import type { ClientState } from '../state/client-state.ts';
import { channelTitle, displayName } from '../state/select.ts';
import { emojiByName } from './emoji.ts';

interface Name {
  readonly text: string;
  readonly code: string;
}

/**
 * The text as the API wants it: `@name` and `#channel` become mentions, `:name:` becomes its emoji. The longest fitting
 * name wins; code is left alone, and names nobody bears stay as they are.
 */
export function encodeContent(state: ClientState, guildId: string | null, text: string): string {
  const names = knownNames(state, guildId);
  // Odd pieces are code: what is between backticks is sent as it was typed.
  return text
    .split(/(```[\s\S]*?```|`[^`\n]+`)/)
    .map((piece, index) => (index % 2 === 1 ? piece : encodePlain(state, guildId, piece, names)))
    .join('');
}

function encodePlain(state: ClientState, guildId: string | null, text: string, names: readonly Name[]): string {
  const lower = text.toLowerCase();
  let result = '';
  let position = 0;
  while (position < text.length) {
    const letter = text[position] ?? '';
    const startsWord = position === 0 || !/[\w<]/.test(text[position - 1] ?? '');
    const name =
      (letter === '@' || letter === '#') && startsWord
        ? names.find((entry) => fits(lower, position, entry.text))
        : undefined;
    result += name?.code ?? letter;
    position += name?.text.length ?? 1;
  }
  return result.replaceAll(
    /(?<![<\w]|<a):(\w{2,32}):/g,
    (whole, emoji: string) => emojiCode(state, guildId, emoji) ?? whole,
  );
}

function fits(lower: string, position: number, name: string): boolean {
  return lower.startsWith(name, position) && !/[\w-]/.test(lower[position + name.length] ?? ' ');
}

function emojiCode(state: ClientState, guildId: string | null, name: string): string | null {
  const custom = state.guilds[guildId ?? '']?.emojis.find((emoji) => emoji.name === name);
  if (custom?.id) return `<${custom.animated === true ? 'a' : ''}:${name}:${custom.id}>`;
  return emojiByName(name);
}

function knownNames(state: ClientState, guildId: string | null): readonly Name[] {
  const guild = state.guilds[guildId ?? ''];
  const members = Object.keys(state.members[guildId ?? ''] ?? {});
  const people = guildId === null ? Object.keys(state.users) : members;
  const userNames = people.flatMap((id) =>
    [displayName(state, id, guildId), state.users[id]?.username ?? ''].map((name) => ({
      text: `@${name}`,
      code: `<@${id}>`,
    })),
  );
  const roles = Object.values(guild?.roles ?? {})
    .filter((role) => role.id !== guild?.id)
    .map((role) => ({ text: `@${role.name}`, code: `<@&${role.id}>` }));
  const channels = Object.values(state.channels)
    .filter((channel) => channel.guildId !== null && channel.guildId === guildId)
    .map((channel) => ({ text: `#${channelTitle(state, channel)}`, code: `<#${channel.id}>` }));
  return [...userNames, ...roles, ...channels]
    .filter((name) => name.text.length > 1)
    .map((name) => ({ ...name, text: name.text.toLowerCase() }))
    .sort((a, b) => b.text.length - a.text.length);
}

/** The text as people type it: the inverse of `encodeContent` for editing. */
export function decodeContent(state: ClientState, guildId: string | null, content: string): string {
  return content
    .replaceAll(/<@!?(\d+)>/g, (whole, id: string) =>
      id in state.users ? `@${displayName(state, id, guildId)}` : whole,
    )
    .replaceAll(/<@&(\d+)>/g, (whole, id: string) => {
      const role = state.guilds[guildId ?? '']?.roles[id];
      return role === undefined ? whole : `@${role.name}`;
    })
    .replaceAll(/<#(\d+)>/g, (whole, id: string) => {
      const channel = state.channels[id];
      return channel === undefined ? whole : `#${channelTitle(state, channel)}`;
    });
}
