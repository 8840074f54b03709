import { readDecimal } from '../../kernel/decimal.ts';
import { UserError } from '../../kernel/errors.ts';
import { MOST_MICROS, microsOfUsd } from '../../kernel/money.ts';
import { isSnowflake } from '../../kernel/snowflake.ts';
import { mayUse } from '../../sdk/index.ts';
import type { BudgetScope, BudgetSetter, Caller } from '../../sdk/index.ts';

/** A person's words as a refusal repeats them: short, and unable to break out of a code span. */
export const quoted = (text: string): string => text.replaceAll('`', "'").slice(0, 60);

/** `5`, `$0.25`, `-2`, `−2 $`: a decimal number without thousands separators, which differ between countries. */
function readNumber(text: string): number | undefined {
  const trimmed = text.trim();
  const [, sign = '', dollars = '', unsigned = ''] = /^([-−]?)(\$?)([^]*)$/.exec(trimmed) ?? [];
  const digits = unsigned.replace(dollars === '' ? /(?:\$|usd)$/i : /usd$/i, '').trim();
  return /^\d|^\./.test(digits) ? readDecimal(sign + digits) : undefined;
}

/** Dollars in micro-dollars; may be negative. Throws a UserError for anything else. */
export function readAmount(text: string): number {
  const usd = readNumber(text);
  if (usd === undefined || Math.abs(usd) * 1_000_000 > MOST_MICROS) {
    throw new UserError('not-an-amount', 'not an amount', { text: quoted(text) });
  }
  return microsOfUsd(usd);
}

/** Undefined for the words that reset a budget. */
export function readBudget(text: string): number | undefined {
  if (undoing.has(text.trim().toLowerCase())) return undefined;
  const micros = readAmount(text);
  if (micros < 0) throw new UserError('not-an-amount', 'below zero', { text: quoted(text) });
  return micros;
}

const undoing = new Set(['off', 'none', 'unset', 'default', 'reset']);

/** `one` for a picture, or tokens in and out. */
export type WrittenPrice = { one: number } | { input: number; output: number };

/** Dollars: `0.5`, `0.5/2`, or in and out separately. Undefined resets. Throws a UserError for an invalid price. */
export function readPrice(price: string, output: string | undefined): WrittenPrice | undefined {
  if (output === undefined && undoing.has(price.trim().toLowerCase())) return undefined;
  const [first = '', ...rest] = output === undefined ? price.split('/') : [price, output];
  const [one, second] = [readNumber(first), readNumber(rest[0] ?? '')];
  const complete = one !== undefined && one >= 0 && (rest.length === 0 || (second !== undefined && second >= 0));
  if (!complete || rest.length > 1) {
    const text = quoted(output === undefined ? price : `${price} ${output}`);
    throw new UserError('set-price.not-a-price', 'not a price', { text });
  }
  return second === undefined ? { one } : { input: one, output: second };
}

export const scopeChoices = ['me', 'channel', 'server', 'everywhere'] as const;
export type ScopeChoice = (typeof scopeChoices)[number];

/** The scopes whose budget a person may set in a place. */
export function scopesOf(caller: Caller, guildId: string | null): ScopeChoice[] {
  const manages = guildId !== null && mayUse('guild-administrator', caller);
  const allowed: Record<ScopeChoice, boolean> = {
    ...{ me: true, channel: manages, server: manages },
    everywhere: caller.instanceAdministrator,
  };
  return scopeChoices.filter((scope) => allowed[scope]);
}

export interface BudgetTarget {
  scope: BudgetScope;
  by: BudgetSetter;
}

/**
 * The budget that a person means to set, and as whom. Without a scope: the named channel, else the server that they
 * manage, else themselves. Throws a UserError when they may not set it.
 */
export function budgetTarget(
  caller: Caller,
  place: { guildId: string | null; channelId: string },
  choice: { scope?: ScopeChoice | undefined; channel?: string | undefined },
): BudgetTarget {
  const { guildId } = place;
  const manages = guildId !== null && mayUse('guild-administrator', caller);
  const scope = choice.scope ?? (choice.channel !== undefined ? 'channel' : manages ? 'server' : 'me');
  if (scope === 'me') return { scope: { kind: 'user', id: caller.userId }, by: 'person' };
  if (scope === 'everywhere') {
    if (!caller.instanceAdministrator) throw new UserError('set-budget.everywhere', 'not theirs');
    return { scope: { kind: 'instance', id: '' }, by: 'instance' };
  }
  if (guildId === null) throw new UserError('set-budget.guild-only', 'in a server only');
  if (!manages) throw new UserError('set-budget.not-allowed', 'not theirs');
  const by = caller.instanceAdministrator ? 'instance' : 'guild';
  if (scope === 'server') return { scope: { kind: 'guild', id: guildId }, by };
  return { scope: { kind: 'channel', id: choice.channel ?? place.channelId }, by };
}

/** The message id in a link or id. Throws a UserError for other text. */
export function readMessageId(text: string): string {
  const bare = text.trim().replace(/^<(.*)>$/, '$1');
  if (isSnowflake(bare)) return bare;
  const link = /^https?:\/\/[^/\s]+\/channels\/(?:@me|\d{17,20})\/\d{17,20}\/(\d{17,20})\/?$/.exec(bare);
  // With the shift key held, Discord copies a message's id as "channel-message".
  const id = link?.[1] ?? /^\d{17,20}-(\d{17,20})$/.exec(bare)?.[1];
  if (id === undefined) throw new UserError('why.not-a-message', 'no message', { text: quoted(text) });
  return id;
}
