import { UserError } from '../../kernel/errors.ts';
import { uuidFromName } from '../../kernel/ids.ts';
import { clockMoment } from '../../kernel/moments.ts';
import { cooldownRate, mayReadBack } from '../../sdk/index.ts';
import type { Caller, UseLimit } from '../../sdk/index.ts';
import { chainOptions, keyOf } from './request.ts';
import type { ChainOptions } from './request.ts';
import type { ChainContext } from './settings.ts';
import { insertRequest, noteAsked } from './store.ts';

/** Costs no money, but a core for seconds. */
export const gifLimit = { name: 'gif', cooldownMs: 10_000, heavy: true } as const satisfies UseLimit;
/** Apart, so that the button below an animation works for the member who has just asked for that. */
export const zoomLimit = { ...gifLimit, name: 'gif-zoom' } as const satisfies UseLimit;

/** An animation that is wanted. */
export interface Submission {
  /** The snowflake that it came with: the same one again changes nothing. */
  cameAs: string;
  caller: Caller;
  guildId: string | null;
  channelId: string;
  /** The message that asked, which the result replies to; null for commands and buttons. */
  messageId: string | null;
  targetId: string;
  options: Partial<ChainOptions>;
  /** Whether nobody has counted it against the limit yet: that of a command is counted before it runs. */
  isUncounted?: boolean;
}

/**
 * The one way to an animation: stores it with its job. Returns whether it begins now, and not before. Throws a UserError, and
 * leaves no trace, when it may not be made.
 */
export async function submitChain(context: ChainContext, submission: Submission): Promise<boolean> {
  const { cameAs, caller, guildId, channelId, messageId, targetId, isUncounted = false } = submission;
  const settings = await context.settings.at({ guildId, channelId, userId: caller.userId });
  if (!settings.enabled) throw new UserError('off', 'GIFs are off here');
  if (!mayReadBack({ guildId, caller })) throw new UserError('no-history', 'the caller may not read history');
  const id = uuidFromName(`reply-chain-gif/request/${cameAs}`);
  const jobId = context.ids.uuid();
  return context.transaction(async (tx) => {
    const row = {
      ...{ id, guild_id: guildId, channel_id: channelId, author_id: caller.userId, message_id: messageId },
      ...{ target_id: targetId, job_id: jobId, options: chainOptions.parse(submission.options) },
      asked_at: new Date(context.clock.now()),
    };
    if (!(await insertRequest(tx, row))) return false;
    if (isUncounted) {
      const taken = await context.limits.take(tx, [cooldownRate(gifLimit, caller.userId)]);
      if (taken.status === 'refused') {
        throw new UserError('errors.cooldown', 'too soon', { when: clockMoment(taken.nextAtMs) });
      }
      // When it fails, what was counted until here is given back.
      await noteAsked(tx, id, new Date(context.clock.now()));
    }
    const queued = await context.jobs.enqueue(tx, {
      ...{ id: jobId, name: 'make', queue: 'gifs', key: keyOf(id), payload: { requestId: id } },
      userId: caller.userId,
      ...(guildId !== null && { guildId }),
    });
    if (queued.status === 'full') throw new UserError(`full.${queued.scope}`, 'too much waits', { most: queued.limit });
    return queued.status === 'queued';
  });
}
