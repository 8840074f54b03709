import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { Timer } from '../../../kernel/clock.ts';
import type { ChatContext } from '../chat.ts';
import type { ChatSettings } from '../settings.ts';
import type { AnswerRow, QuestionRow } from '../turns/store.ts';
import { reactionName } from './emoji.ts';
import { noteEnd, notedReaction, noteWaiting, unnote } from './store.ts';

/** How long the screen may be without text before a question is marked, in milliseconds. */
export const slowMs = 1500;

type Asked = Pick<QuestionRow, 'id' | 'channel_id' | 'guild_id' | 'message_id' | 'asked_at'> &
  Partial<Pick<QuestionRow, 'origin' | 'reaction'>>;
type Marks = Pick<ChatSettings, 'statusReactions' | 'waitingEmoji' | 'doneEmoji' | 'failedEmoji'>;

/*
 * The row says with what a question is marked, so that every process knows what another has put there, also after a
 * crash; Discord is brought to what the row says. All of it is best effort, and nobody waits for it.
 */

/** A message became a question: it is marked as waiting, at once or when nothing of its answer is seen soon. */
export function questionTaken(context: ChatContext, question: Asked): void {
  const marks = context.settings.peek({ guildId: question.guild_id, channelId: question.channel_id });
  if (marks.statusReactions === 'off') return;
  const delayMs = marks.statusReactions === 'always' ? 0 : slowMs;
  context.clock.after(delayMs, () => unawaited(context, markWaiting(context, question, marks, { unseen: true })));
}

/** Marks a question whose answer is being worked on, unless the returned function says soon that there is text. */
export function awaitText(
  context: ChatContext,
  question: Asked,
  { version, tries }: Pick<AnswerRow, 'version' | 'tries'>,
  marks: Marks,
): () => void {
  const isDue = marks.statusReactions !== 'off' && version === 1 && tries === 0 && (question.reaction ?? null) === null;
  if (!isDue) return () => {};
  const dueMs = marks.statusReactions === 'always' ? 0 : question.asked_at.getTime() + slowMs;
  const timer: Timer = context.clock.after(Math.max(0, dueMs - context.clock.now()), () =>
    unawaited(context, markWaiting(context, question, marks, { unseen: false })),
  );
  return () => timer.cancel();
}

type End = 'done' | 'failed' | 'stopped';

/**
 * The answer to a question has come to its end on the screen, or will never be there. `again`: a run before may have said so
 * already, and died before Discord knew.
 */
export function questionEnded(
  context: ChatContext,
  question: Asked,
  answer: Pick<AnswerRow, 'version'>,
  marks: Marks,
  end: End,
  { again = false }: { again?: boolean } = {},
): void {
  // Nobody has marked it yet, and nobody is going to.
  const quick = context.clock.now() - question.asked_at.getTime() < slowMs && (question.reaction ?? null) === null;
  if (quick && end !== 'failed' && marks.statusReactions !== 'always') return;
  unawaited(context, markEnd(context, { question, answer, marks, end, again }));
}

/** What an answer that was removed leaves on its question. */
export function questionRemoved(context: ChatContext, question: Asked, marks: Marks): void {
  const quick = context.clock.now() - question.asked_at.getTime() < slowMs;
  if (!isMarkable(question) || marks.statusReactions === 'off' || (quick && marks.statusReactions !== 'always')) return;
  const instead = [question.reaction ?? reactionName(marks.waitingEmoji)];
  unawaited(context, context.discord.actions.mark(question.channel_id, question.message_id, null, { instead }));
}

async function markWaiting(
  context: ChatContext,
  question: Asked,
  marks: Marks,
  { unseen }: { unseen: boolean },
): Promise<void> {
  if (!isMarkable(question) || !(await mayReact(context, question))) return;
  const { id, channel_id: channelId, message_id: messageId } = question;
  const emoji = reactionName(marks.waitingEmoji);
  if (!(await noteWaiting(context.db, id, emoji, { unseen }))) return;
  const stands = await context.discord.actions.mark(channelId, messageId, emoji);
  const noted = await notedReaction(context.db, id);
  if (noted === emoji && !stands) await unnote(context.db, id, emoji);
  // Another process has gone on before ours was there.
  if (noted !== emoji && stands) {
    await context.discord.actions.mark(channelId, messageId, noted ?? null, { instead: [emoji] });
  }
}

interface Ended {
  question: Asked;
  answer: Pick<AnswerRow, 'version'>;
  marks: Marks;
  end: End;
  again: boolean;
}

async function markEnd(context: ChatContext, { question, answer, marks, end, again }: Ended): Promise<void> {
  if (!isMarkable(question)) return;
  const mode = marks.statusReactions;
  const configured = end === 'done' ? marks.doneEmoji : marks.failedEmoji;
  const marked = mode !== 'off' && end !== 'stopped' && (await mayReact(context, question));
  const emoji = marked ? reactionName(configured) : null;
  // Versions after the first were begun by a button.
  const unmarked = emoji !== null && answer.version === 1 && (mode === 'always' || end === 'failed');
  for (const { messageId, before } of await noteEnd(context.db, question.id, emoji, { unmarked, again })) {
    const instead = before === null ? [] : [before === emoji ? reactionName(marks.waitingEmoji) : before];
    unawaited(context, context.discord.actions.mark(question.channel_id, messageId, emoji, { instead }));
  }
}

const isMarkable = (question: Asked): question is Asked & { message_id: string } =>
  question.message_id !== null && (question.origin ?? 'message') === 'message';

const needed = PermissionFlagsBits.AddReactions | PermissionFlagsBits.ReadMessageHistory;

/** Asked before, since Discord shuts out who is refused too often. */
async function mayReact({ discord: { cache } }: ChatContext, { channel_id: channelId }: Asked): Promise<boolean> {
  return ((await cache.selfPermissions(channelId)) & needed) === needed;
}

function unawaited(context: ChatContext, work: Promise<unknown>): void {
  work.catch((error: unknown) => context.logger.debug({ error }, 'A question could not be marked.'));
}
