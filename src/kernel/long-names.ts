import { uuidFromName } from './ids.ts';

/** Discord's limit for the label and the value of an option, and for a suggestion. */
const LONGEST = 100;
/** Names often begin alike and differ at the end. */
const KEPT_BEFORE = 30;

/** Half a surrogate pair is not a character. */
const wellFormed = (text: string) => text.replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '');

/** Shortens a name to `longest` characters: its beginning and its end. */
export function shortLabel(name: string, longest = LONGEST): string {
  if (name.length <= longest) return name;
  const before = Math.min(KEPT_BEFORE, longest >> 1);
  return `${wellFormed(name.slice(0, before))}…${wellFormed(name.slice(before + 1 - longest))}`;
}

/** A reference of at most 100 characters: the name, or its beginning with a stable hash. */
export function shortReference(name: string): string {
  if (name.length <= LONGEST) return name;
  return `${wellFormed(name.slice(0, 60))}~${uuidFromName(`long name/${name}`)}`;
}

/** Options of a select, or suggestions. Names that would look the same get their hash. */
export function shortChoices(names: readonly string[]): { label: string; value: string }[] {
  const seen = new Map<string, number>();
  for (const name of names) seen.set(shortLabel(name), (seen.get(shortLabel(name)) ?? 0) + 1);
  return names.map((name) => {
    const value = shortReference(name);
    const label = shortLabel(name);
    if (seen.get(label) === 1 || value === name) return { label, value };
    return { label: `${shortLabel(name, LONGEST - 9)} ${value.slice(-8)}`, value };
  });
}

/** The name for an option of `shortChoices`, or for the name itself. */
export function nameMeant(names: readonly string[], given: string): string | undefined {
  if (names.includes(given)) return given;
  return names.find((name) => name.length > LONGEST && shortReference(name) === given);
}
