import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { Caller, Core, StoredChannel } from '../contract.ts';
import { DiscordError, discordError } from '../errors.ts';
import { snowflakeTimestampMs } from '../snowflake.ts';
import { may } from './access.ts';

/** A refusal that says when it ends. */
export class WaitError extends DiscordError {
  #retryAfterMs: number;

  constructor(name: 'slowmode' | 'maximumOldEdits', retryAfterMs: number) {
    const { status, code, message } = discordError(name);
    super(status, code, message);
    this.#retryAfterMs = retryAfterMs;
  }

  override toBody(): Record<string, unknown> {
    return { ...super.toBody(), retry_after: this.#retryAfterMs / 1000, global: false };
  }
}

/** People wait between messages of a channel with slowmode; bots and those with BYPASS_SLOWMODE do not. */
export function requireSlowmodeOver(core: Core, caller: Caller, channel: StoredChannel): void {
  if (!mustWait(core, caller, channel)) return;
  const last = core.world.messagesOf(channel.id).findLast((message) => message.authorId === caller.user.id);
  if (last !== undefined) requireWaited(core, channel, snowflakeTimestampMs(last.id));
}

/** The same between threads, and so between posts of a forum. */
export function requireThreadSlowmodeOver(core: Core, caller: Caller, parent: StoredChannel): void {
  if (!mustWait(core, caller, parent)) return;
  const userId = caller.user.id;
  const own = core.world.threadsOf(parent.id).filter(({ thread }) => thread?.ownerId === userId);
  // A thread may have the id of an old message; when its owner joined tells when it began.
  const begun = own.map(({ id, thread }) => Date.parse(thread?.joinedAt[userId] ?? '') || snowflakeTimestampMs(id));
  if (begun.length > 0) requireWaited(core, parent, Math.max(...begun));
}

function mustWait(core: Core, caller: Caller, channel: StoredChannel): boolean {
  if (channel.rateLimitPerUser === 0 || caller.kind === 'bot') return false;
  return !may(core, caller, channel, PermissionFlagsBits.BypassSlowmode);
}

function requireWaited(core: Core, channel: StoredChannel, lastAtMs: number): void {
  const waitMs = lastAtMs + channel.rateLimitPerUser * 1000 - core.clock.now();
  if (waitMs > 0) throw new WaitError('slowmode', waitMs);
}
