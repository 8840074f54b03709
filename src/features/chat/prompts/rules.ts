/** A prompt that has been chosen: one that somebody wrote, or one of the settings file by its name. */
export type PromptReference = { id: string } | { configured: string };

/** Where people keep prompts by command: a person's own, and a guild's. */
export type Library = 'user' | 'guild';

/** The longest prompt, filled in or not. */
export const promptCharacters = 20_000;

/** How many prompts a library holds. */
export const promptLimits: Readonly<Record<Library, number>> = { user: 25, guild: 50 };

/** Letters and digits of any language, with spaces, dashes and underscores between them. */
export const promptName = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} _-]{0,30}[\p{L}\p{M}\p{N}])?$/u;

/** The word that takes back what was chosen, and no name. */
export const resetWord = 'reset';

/** Names are found however they are written. */
export const normalName = (name: string): string => name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();

/** What a prompt may name to have it filled in. */
export const variables = ['name', 'date', 'guild', 'channel', 'user'] as const;
export type Variable = (typeof variables)[number];

const variable = /\{\{(name|date|guild|channel|user)\}\}/g;

export const variablesIn = (text: string): ReadonlySet<Variable> =>
  new Set([...text.matchAll(variable)].map(([, name]) => name as Variable));

/**
 * Puts the values in place of their names, once: what stands in a value stays as it is, and so does all else in braces.
 * Cut at the length that a prompt may have.
 */
export function fillIn(text: string, values: Readonly<Partial<Record<Variable, string>>>): string {
  return text
    .replace(variable, (whole, name: Variable) => values[name] ?? whole)
    .slice(0, promptCharacters)
    .replace(/[\uD800-\uDBFF]$/, '');
}
