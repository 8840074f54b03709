import type { Timer } from '../../../kernel/clock.ts';
import type { ChatContext } from '../chat.ts';
import type { QuestionRow } from '../turns/store.ts';
import { historyChanged } from './changes.ts';
import { deleteIfIdle, idleSince } from './store.ts';

const hourMs = 60 * 60 * 1000;

/** Hours without a question after which a conversation is forgotten: the server's own, at most the instance's. */
export function idleHoursIn({ settings }: ChatContext, guildId: string | null, channelId?: string): number | null {
  const most = settings.instance.restHours;
  const own = settings.peek({ guildId, ...(channelId === undefined ? {} : { channelId }) }).restHours;
  return most === null || own === null ? (own ?? most) : Math.min(own, most);
}

/** Before a question is answered: a conversation that has rested too long starts afresh with it. */
export async function resetIfIdle(context: ChatContext, question: QuestionRow): Promise<void> {
  const hours = idleHoursIn(context, question.guild_id, question.channel_id);
  if (hours === null) return;
  const before = new Date(question.asked_at.getTime() - hours * hourMs);
  await forget(context, question.channel_id, before, question);
}

/**
 * Forgets conversations that have rested too long, at the start and then once an hour, in every process: whichever is first
 * does it for all.
 */
export function deleteIdleConversations(context: ChatContext): { stop(): Promise<void> } {
  const { clock, logger } = context;
  let timer: Timer | undefined;
  let running = sweep();
  async function sweep(): Promise<void> {
    try {
      await deleteAllIdle(context);
    } catch (error) {
      logger.warn({ error }, 'Conversations that have rested could not be forgotten; it is tried again in an hour.');
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

async function deleteAllIdle(context: ChatContext): Promise<void> {
  const nowMs = context.clock.now();
  for (const { channelId, guildId } of await idleSince(context.db, new Date(nowMs - hourMs))) {
    const hours = idleHoursIn(context, guildId, channelId);
    if (hours !== null) await forget(context, channelId, new Date(nowMs - hours * hourMs), null);
  }
}

async function forget(
  context: ChatContext,
  channelId: string,
  before: Date,
  question: Pick<QuestionRow, 'id' | 'asked_at'> | null,
): Promise<void> {
  await context.transaction(async (tx) => {
    if (await deleteIfIdle(tx, channelId, before, question)) await historyChanged(context, tx, channelId, new Date(0));
  });
}
