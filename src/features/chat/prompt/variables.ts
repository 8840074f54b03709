/** The longest system prompt, filled in or not. */
export const promptCharacters = 20_000;

/** What a system prompt may name to have it filled in. */
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
