import { VendorError } from '../../kernel/errors.ts';
import type { Timer } from '../../kernel/clock.ts';
import { cooldownRate, markMessage } from '../../sdk/index.ts';
import type { JobRun, OutgoingMessage } from '../../sdk/index.ts';
import { cancelRow, factsOf, fileOf, zoomRow } from './render.ts';
import type { MadeChain } from './render.ts';
import type { ChainContext } from './settings.ts';
import { endRequest, noteShown, shownAs } from './store.ts';
import type { RequestRow } from './store.ts';
import { gifLimit, zoomLimit } from './submit.ts';

/** One run of the job. */
export interface ChainTask {
  readonly context: ChainContext;
  readonly run: JobRun;
  readonly row: RequestRow;
}

/** Quicker animations are shown without a message before them. */
const quickMs = 2500;

/** Shows, where it takes longer than a moment, that it is under way, with a button that cancels. The result stops it. */
export function openProgress(task: ChainTask): () => Promise<void> {
  const { context, row } = task;
  const t = context.texts.in(undefined);
  let work: Promise<void> = Promise.resolve();
  const timer: Timer = context.clock.after(quickMs, () => {
    work = put(task, { content: t('making'), components: cancelRow(row.id, t) }).catch((error: unknown) => {
      context.logger.debug({ error }, 'The progress of an animation could not be shown.');
    });
  });
  return async () => {
    timer.cancel();
    await work;
  };
}

/** Shows the animation and ends the request. */
export async function showMade(task: ChainTask, made: MadeChain): Promise<void> {
  const { context, row } = task;
  const t = context.texts.in(undefined);
  await put(task, {
    content: factsOf(made, t),
    files: [fileOf(made, t)],
    components: made.canZoom && !made.isZoom ? zoomRow(row.id, t) : [],
  });
  await end(task, 'done');
}

/** Tells how it ended without an animation. */
export async function showEnd(task: ChainTask, text: string, state: 'failed' | 'cancelled'): Promise<void> {
  const { context, row } = task;
  try {
    await put(task, { content: text, components: [], files: [] });
  } catch (error) {
    // Where nobody can read it, nobody waits for it.
    if (!(error instanceof VendorError) || error.retryable) throw error;
    context.logger.warn({ error, channelId: row.channel_id }, 'The end of an animation could not be shown.');
  }
  await end(task, state);
}

async function end({ context, row }: ChainTask, state: 'done' | 'failed' | 'cancelled'): Promise<void> {
  await context.transaction(async (tx) => {
    const isEnded = await endRequest(tx, row.id, { state, endedAt: new Date(context.clock.now()) });
    // A GIF that failed has nobody wait for the next. One that was cancelled does: it may have taken a core until then.
    if (!isEnded || state !== 'failed') return;
    const { key } = cooldownRate(row.options.cooldown === 'gif' ? gifLimit : zoomLimit, row.author_id);
    await context.limits.giveBack(tx, { key, takenByMs: row.asked_at.getTime() });
  });
  const { guild_id: guildId, channel_id: channelId, message_id: messageId } = row;
  if (messageId === null) return;
  const settings = context.settings.peek({ guildId, channelId });
  markMessage(context, { channelId, messageId }, state === 'done' ? 'done' : 'failed', settings);
}

/** Into the message that shows the progress, where there is one that is still there; else as a new one. */
async function put({ context, row }: ChainTask, message: OutgoingMessage): Promise<void> {
  const { actions } = context.discord;
  const current = await shownAs(context.db, row.id);
  if (current !== null) {
    try {
      await actions.edit(row.channel_id, current, message);
      return;
    } catch (error) {
      if (!(error instanceof VendorError) || error.code !== 'discord/10008') throw error;
    }
  }
  const key = `reply-chain-gif/shown/${row.id}${current === null ? '' : '/again'}`;
  const sent = await actions.send(row.channel_id, message, { key, replyTo: row.message_id ?? row.target_id });
  await noteShown(context.db, row.id, sent.id);
}
