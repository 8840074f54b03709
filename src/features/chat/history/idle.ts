import type { Timer } from '../../../kernel/clock.ts';
import type { Needs } from '../chat.ts';
import type { QuestionRow } from '../turns/store.ts';
import { historyChanged } from './changes.ts';
import { deleteIfIdle, idleSince } from './store.ts';

const hourMs = 60 * 60 * 1000;

/** Hours without a question after which a conversation is deleted: the server's own, at most the instance's. */
export function idleHoursIn(
  { settings }: Needs<'settings'>,
  guildId: string | null,
  channelId?: string,
): number | null {
  const most = settings.instance.restHours;
  const own = settings.peek({ guildId, ...(channelId === undefined ? {} : { channelId }) }).restHours;
  return most === null || own === null ? (own ?? most) : Math.min(own, most);
}

/** Before a question is answered: deletes what came before it when the conversation was idle for too long. */
export async function resetIfIdle(
  context: Needs<'events' | 'settings' | 'transaction'>,
  question: QuestionRow,
): Promise<void> {
  const hours = idleHoursIn(context, question.guild_id, question.channel_id);
  if (hours === null) return;
  const before = new Date(question.asked_at.getTime() - hours * hourMs);
  await forget(context, question.channel_id, before, question);
}

/**
 * Deletes conversations that were idle for too long, at the start and then once an hour, in every process: the first does it
 * for all.
 */
export function deleteIdleConversations(
  context: Needs<'clock' | 'db' | 'events' | 'logger' | 'settings' | 'transaction'>,
): { stop(): Promise<void> } {
  const { clock, logger } = context;
  let timer: Timer | undefined;
  let running = sweep();
  async function sweep(): Promise<void> {
    try {
      await deleteAllIdle(context);
    } catch (error) {
      logger.warn({ error }, 'Idle conversations could not be deleted; trying again in an hour.');
    }
    timer = clock.after(hourMs, () => {
      running = sweep();
    });
  }
  return {
    stop: async () => {
      await running;
      timer?.cancel();
    },
  };
}

async function deleteAllIdle(context: Needs<'clock' | 'db' | 'events' | 'settings' | 'transaction'>): Promise<void> {
  const nowMs = context.clock.now();
  for (const { channelId, guildId } of await idleSince(context.db, new Date(nowMs - hourMs))) {
    const hours = idleHoursIn(context, guildId, channelId);
    if (hours !== null) await forget(context, channelId, new Date(nowMs - hours * hourMs), null);
  }
}

async function forget(
  context: Needs<'events' | 'transaction'>,
  channelId: string,
  before: Date,
  question: Pick<QuestionRow, 'id' | 'asked_at'> | null,
): Promise<void> {
  await context.transaction(async (tx) => {
    if (await deleteIfIdle(tx, channelId, before, question)) await historyChanged(context, tx, channelId, new Date(0));
  });
}
