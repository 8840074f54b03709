import type { PrefixRule } from '../settings.ts';

export interface PrefixMatch {
  prefix: string;
  rule: PrefixRule;
  /** After the prefix, trimmed. */
  text: string;
}

/**
 * The longest prefix that a text begins with, whatever its case. One of letters ends where a word ends, so that `zoom outside`
 * is none. Undefined where there is none.
 */
export function matchPrefix(rules: Readonly<Record<string, PrefixRule>>, content: string): PrefixMatch | undefined {
  const lower = content.slice(0, 64).toLowerCase();
  const fits = (prefix: string): boolean => {
    if (!lower.startsWith(prefix.toLowerCase())) return false;
    return !/[\p{L}\p{N}]$/u.test(prefix) || !/^[\p{L}\p{N}]/u.test(content.slice(prefix.length));
  };
  const [prefix] = Object.keys(rules)
    .filter(fits)
    .sort((a, b) => b.length - a.length);
  const rule = prefix === undefined ? undefined : rules[prefix];
  if (prefix === undefined || !rule) return undefined;
  return { prefix, rule, text: content.slice(prefix.length).trim() };
}
