import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { Timer } from '../../../kernel/clock.ts';
import type { Needs } from '../chat.ts';
import type { ChatSettings } from '../settings.ts';
import type { AnswerRow, QuestionRow } from '../turns/store.ts';
import { reactionName } from '../../../sdk/index.ts';
import { addStale, noteEnd, notedReaction, noteWaiting, removeStale, staleMarks, unnote } from './reaction-store.ts';
import type { Remarked } from './reaction-store.ts';

/** How long the screen may be without text before a question is marked, in milliseconds. */
export const slowMs = 1500;

type Asked = Pick<QuestionRow, 'id' | 'channel_id' | 'guild_id' | 'message_id' | 'asked_at'> &
  Partial<Pick<QuestionRow, 'origin' | 'reaction'>>;
type Marks = Pick<ChatSettings, 'statusReactions' | 'waitingEmoji' | 'doneEmoji' | 'failedEmoji'>;

/*
 * The row says with what a question is marked, and which earlier marks may still be there, so that every process knows what
 * another has put on the message, also after a crash. Discord is brought to what the row says, and nobody waits for it. An
 * earlier mark leaves the row when Discord has removed it: until then, a sweep tries again.
 */

/** A message became a question: it is marked as waiting, at once or when nothing of its answer is seen soon. */
export function questionTaken(
  context: Needs<'clock' | 'db' | 'discord' | 'logger' | 'settings'>,
  question: Asked,
): void {
  const marks = context.settings.peek({ guildId: question.guild_id, channelId: question.channel_id });
  if (marks.statusReactions === 'off') return;
  const delayMs = marks.statusReactions === 'always' ? 0 : slowMs;
  context.clock.after(delayMs, () => unawaited(context, markWaiting(context, question, marks, { unseen: true })));
}

/** Marks a question whose answer is being worked on, unless the returned function says soon that there is text. */
export function awaitText(
  context: Needs<'clock' | 'db' | 'discord' | 'logger'>,
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
  context: Needs<'clock' | 'db' | 'discord' | 'logger'>,
  question: Asked,
  answer: Pick<AnswerRow, 'version'>,
  marks: Marks,
  end: End,
  { again = false }: { again?: boolean } = {},
): void {
  // No process has marked it yet, and none is going to.
  const quick = context.clock.now() - question.asked_at.getTime() < slowMs && (question.reaction ?? null) === null;
  if (quick && end !== 'failed' && marks.statusReactions !== 'always') return;
  unawaited(context, markEnd(context, { question, answer, marks, end, again }));
}

/** What an answer that was removed leaves on its question. */
export function questionRemoved(context: Needs<'clock' | 'discord' | 'logger'>, question: Asked, marks: Marks): void {
  const quick = context.clock.now() - question.asked_at.getTime() < slowMs;
  if (!isMarkable(question) || marks.statusReactions === 'off' || (quick && marks.statusReactions !== 'always')) return;
  const instead = [question.reaction ?? reactionName(marks.waitingEmoji)];
  unawaited(context, context.discord.actions.mark(question.channel_id, question.message_id, null, { instead }));
}

async function markWaiting(
  context: Needs<'db' | 'discord'>,
  question: Asked,
  marks: Marks,
  { unseen }: { unseen: boolean },
): Promise<void> {
  if (!isMarkable(question) || !(await mayReact(context, question))) return;
  const { id, channel_id: channelId, message_id: messageId } = question;
  const emoji = reactionName(marks.waitingEmoji);
  if (!(await noteWaiting(context.db, id, emoji, { unseen }))) return;
  const { stands, leftover } = await context.discord.actions.mark(channelId, messageId, emoji);
  const noted = await notedReaction(context.db, id);
  if (noted === emoji) {
    if (!stands) await unnote(context.db, id, emoji);
    if (leftover.includes(emoji)) await addStale(context.db, id, emoji);
    return;
  }
  if (!stands && !leftover.includes(emoji)) return;
  // Another process has gone on before ours was there, or the question was removed.
  await addStale(context.db, id, emoji);
  await bringToRow(context, { id, channelId, messageId, emoji: noted ?? null, stale: [emoji] });
}

/** Puts the emoji of the row on the message and removes earlier ones; what Discord could not remove stays in the row. */
async function bringToRow(
  { db, discord }: Needs<'db' | 'discord'>,
  { id, channelId, messageId, emoji, stale }: Remarked,
): Promise<void> {
  const { isReplaced, leftover } = await discord.actions.mark(channelId, messageId, emoji, { instead: stale });
  // The later mark has the earlier ones in its row.
  if (isReplaced) return;
  const gone = stale.filter((one) => !leftover.includes(one));
  if (gone.length > 0) await removeStale(db, id, gone);
}

const sweepEveryMs = 60_000;
/** The marks of younger questions may be under way. */
const youngMs = 30_000;
/** A channel takes a reaction in a quarter of a second: more would not be done before the next sweep. */
const mostSwept = 200;

/** Removes earlier marks that could not be removed at once, at the start and then once a minute, in every process. */
export function sweepMarks(context: Needs<'db' | 'discord' | 'clock' | 'logger'>): { stop(): Promise<void> } {
  const { db, clock, logger } = context;
  let timer: Timer | undefined;
  let isStopped = false;
  // At the start, nothing is under way here.
  let running = sweep(0);
  async function sweep(leastAgeMs = youngMs): Promise<void> {
    try {
      const marks = await staleMarks(db, new Date(clock.now() - leastAgeMs), mostSwept);
      for (const mark of marks) unawaited(context, bringToRow(context, mark));
    } catch (error) {
      logger.debug({ error }, 'Earlier marks could not be looked for; trying again soon.');
    }
    if (!isStopped) timer = clock.after(sweepEveryMs, () => void (running = sweep()));
  }
  return {
    stop: () => {
      isStopped = true;
      timer?.cancel();
      return running;
    },
  };
}

interface Ended {
  question: Asked;
  answer: Pick<AnswerRow, 'version'>;
  marks: Marks;
  end: End;
  again: boolean;
}

async function markEnd(
  context: Needs<'db' | 'discord' | 'logger'>,
  { question, answer, marks, end, again }: Ended,
): Promise<void> {
  if (!isMarkable(question)) return;
  const mode = marks.statusReactions;
  const configured = end === 'done' ? marks.doneEmoji : marks.failedEmoji;
  const marked = mode !== 'off' && end !== 'stopped' && (await mayReact(context, question));
  const emoji = marked ? reactionName(configured) : null;
  // Versions after the first were begun by a button.
  const unmarked = emoji !== null && answer.version === 1 && (mode === 'always' || end === 'failed');
  for (const mark of await noteEnd(context.db, question.id, emoji, { unmarked, again })) {
    unawaited(context, bringToRow(context, mark));
  }
}

const isMarkable = (question: Asked): question is Asked & { message_id: string } =>
  question.message_id !== null && (question.origin ?? 'message') === 'message';

const needed = PermissionFlagsBits.AddReactions | PermissionFlagsBits.ReadMessageHistory;

/** Asked before, since Discord shuts out bots that are refused too often. */
async function mayReact({ discord: { cache } }: Needs<'discord'>, { channel_id: channelId }: Asked): Promise<boolean> {
  return ((await cache.selfPermissions(channelId)) & needed) === needed;
}

function unawaited(context: Needs<'logger'>, work: Promise<unknown>): void {
  work.catch((error: unknown) => context.logger.debug({ error }, 'A question could not be marked.'));
}
