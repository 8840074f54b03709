import { VendorError } from '../../../kernel/errors.ts';
import { isOwn } from '../../../sdk/index.ts';
import type { Db, DiscordActions, LiveMessage, SpokenOptions } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { setPart, trimParts } from '../turns/store.ts';
import type { AnswerRow, QuestionRow } from '../turns/store.ts';
import { lineAbove } from './voice.ts';
import type { Voice } from './voice.ts';
import { hasSpoken, intendToSpeak, setParts, turnShownIn } from './voice-store.ts';

type LiveOptions = Parameters<DiscordActions['live']>[0];

/** As many as Discord gives at once. */
const readAtOnce = 100;
/** How far the clocks of Discord and of this machine may be apart. */
const clockMarginMs = 60_000;

/** The messages that show an answer: the bot's own, or those of who speaks in its place. */
export function answerMessages(
  context: Needs<'clock' | 'db' | 'discord' | 'texts'>,
  row: QuestionRow,
  voice: Voice | undefined,
  options: Pick<LiveOptions, 'key' | 'liveComponents' | 'bound' | 'keepsFiles' | 'signal' | 'onDeadline'>,
): LiveMessage {
  const { db, discord, clock } = context;
  const live = discord.actions.live({
    ...options,
    channelId: row.channel_id,
    ...(row.message_id === null ? {} : { replyTo: row.message_id }),
    parts: row.parts.map((messageId) => ({ messageId })),
    onPart: async (index, part) => {
      await setPart(db, row.id, index, part.messageId);
      if (voice?.byWebhook) await hasSpoken(db, row.id);
    },
    onTrim: (kept) => trimParts(db, row.id, kept),
    ...(voice?.byWebhook && {
      spoken: spokenAs(db, row, voice),
      onIntent: () => intendToSpeak(db, row.id, new Date(clock.now())),
    }),
  });
  if (!voice || voice.byWebhook) return live;
  return below(lineAbove(row, voice, context.texts.in(undefined)), live);
}

/** How a message of a turn is sent through the webhook. */
export function spokenAs(
  db: Db,
  { channel_id: channelId }: Pick<QuestionRow, 'channel_id'>,
  { speaker: { name, avatarUrl }, intendedAt }: Voice,
): SpokenOptions {
  return {
    speaker: { name, avatarUrl },
    sentAfterMs: intendedAt?.getTime(),
    isKnown: async (messageId) => (await turnShownIn(db, messageId, channelId)) !== undefined,
  };
}

/** Every text of a live message begins with a line. */
function below(line: string, live: LiveMessage): LiveMessage {
  return {
    get refused() {
      return live.refused;
    },
    get seen() {
      return live.seen;
    },
    update: (text, options) => live.update(line + text, options),
    finish: (final) => live.finish({ ...final, content: line + (final.content ?? '') }),
    abandon: () => live.abandon(),
  };
}

/**
 * The messages of an answer with one that was sent by a run that died before it could note that: it is known by the answer
 * that its buttons name, or by the question that its first line leads to.
 */
export async function withUnnoted(
  context: Needs<'db' | 'discord' | 'logger'>,
  row: QuestionRow,
  answer: Pick<AnswerRow, 'id'>,
  { intendedAt }: Voice,
): Promise<string[]> {
  if (intendedAt === null) return row.parts;
  const sinceMs = intendedAt.getTime() - clockMarginMs;
  const isUnnoted = (message: Awaited<ReturnType<DiscordActions['messages']>>[number]): boolean =>
    message.webhook_id !== undefined &&
    isOwn(message, context.discord.self) &&
    Date.parse(message.timestamp) >= sinceMs &&
    !row.parts.includes(message.id) &&
    (JSON.stringify(message.components ?? []).includes(`/${answer.id}@`) || leadsTo(row.message_id, message.content));
  const messages = await latest(context, row.channel_id);
  const found = messages.filter(isUnnoted).map(({ id }) => id);
  if (found.length === 0) return row.parts;
  const parts = [...row.parts, ...found.reverse()];
  await setParts(context.db, row.id, parts);
  await hasSpoken(context.db, row.id);
  return parts;
}

const leadsTo = (messageId: string | null, content: string): boolean =>
  messageId !== null && content.startsWith('-# ↩ ') && (content.split('\n')[0] ?? '').endsWith(`/${messageId}`);

/** Newest first; none where the bot may not look. */
async function latest(context: Needs<'discord' | 'logger'>, channelId: string): ReturnType<DiscordActions['messages']> {
  try {
    return await context.discord.actions.messages(channelId, { limit: readAtOnce });
  } catch (error) {
    if (!(error instanceof VendorError) || error.retryable) throw error;
    context.logger.debug({ error, channelId }, 'Whether a message was sent before a crash is not known.');
    return [];
  }
}
