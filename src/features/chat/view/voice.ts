import { VendorError } from '../../../kernel/errors.ts';
import { replyLine } from '../../../sdk/index.ts';
import type { Db, Speaker, Translate, VaultReader } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { tidyNow } from '../history/ending.ts';
import type { Question } from '../intake/read-message.ts';
import { speakerFor } from '../prompt/sources.ts';
import type { QuestionRow } from '../turns/store.ts';
import { turnOf } from '../turns/turn.ts';
import { findSpeaker, insertSpeaker, leaveWebhook, turnShownIn } from './voice-store.ts';

/** As whom a turn is answered, and how its messages come about. */
export interface Voice {
  speaker: Speaker;
  /** False: the bot writes the messages itself, with the speaker's name as their first line. */
  byWebhook: boolean;
  /** Since when a message may be there that is not known, because its sender died before it could tell. */
  intendedAt: Date | null;
}

type Place = Pick<QuestionRow, 'id' | 'author_id' | 'guild_id' | 'channel_id' | 'parts'>;

const contextOf = (questionId: string) => `${questionId}/speaker`;

/** As whom a turn was answered before; undefined: as the bot itself. */
export async function storedVoice(
  db: Db,
  read: VaultReader,
  { id, author_id: authorId }: Pick<QuestionRow, 'id' | 'author_id'>,
  finding: ReturnType<typeof findSpeaker> = findSpeaker(db, id),
): Promise<Voice | undefined> {
  const row = await finding;
  const speaker = row && (await decryptSpeaker(read, { id, author_id: authorId }, row.ciphertext));
  return row && speaker && { speaker, byWebhook: row.by_webhook, intendedAt: row.intended_at };
}

/** Undefined when the asker's data was deleted. */
export async function decryptSpeaker(
  read: VaultReader,
  { id, author_id: authorId }: Pick<QuestionRow, 'id' | 'author_id'>,
  ciphertext: Buffer,
): Promise<Speaker | undefined> {
  const text = await read(authorId, contextOf(id), ciphertext);
  return text === null ? undefined : (JSON.parse(text) as Speaker);
}

/**
 * As whom a turn is answered, decided when it is first asked for and kept: the name stays the same for all its versions.
 * Undefined: as the bot itself. May leave the turn without messages, where the bot can write into them no longer.
 */
export async function voiceFor(
  context: Needs<'db' | 'discord' | 'extensions' | 'logger' | 'vault'>,
  read: VaultReader,
  row: QuestionRow,
  question: Question,
  finding?: ReturnType<typeof findSpeaker>,
): Promise<Voice | undefined> {
  const stored = await storedVoice(context.db, read, row, finding);
  // The bot has answered it as itself.
  if (!stored && row.parts.length > 0) return undefined;
  const repliesTo = await answerRepliedTo(context, read, row, question);
  const decided = await speakerFor(context, (feature) => ({
    ...turnOf(row, question, feature),
    ...(repliesTo && { repliesTo }),
  }));
  if (stored) {
    const speaker = decided?.name === stored.speaker.name ? decided : stored.speaker;
    return stillPossible(context, row, { ...stored, speaker });
  }
  const speaker = decided ?? repliesTo?.speaker;
  return speaker && keep(context, read, row, speaker);
}

async function answerRepliedTo(
  context: Needs<'db'>,
  read: VaultReader,
  row: QuestionRow,
  { source, replyTo }: Question,
): Promise<{ turnId: string; speaker: Speaker | undefined } | undefined> {
  if (source || replyTo === undefined) return undefined;
  const turn = await turnShownIn(context.db, replyTo, row.channel_id);
  return turn && { turnId: turn.id, speaker: (await storedVoice(context.db, read, turn))?.speaker };
}

async function keep(
  context: Needs<'db' | 'discord' | 'logger' | 'vault'>,
  read: VaultReader,
  row: Place,
  speaker: Speaker,
): Promise<Voice | undefined> {
  const { db, vault } = context;
  const byWebhook = await mayUseWebhook(context, row);
  const ciphertext = await vault.encryptIfKnown(db, row.author_id, contextOf(row.id), JSON.stringify(speaker));
  const voice = { speaker, byWebhook, intendedAt: null };
  if (!ciphertext) return voice;
  const isFirst = await insertSpeaker(db, { question_id: row.id, ciphertext, by_webhook: byWebhook });
  return isFirst ? voice : ((await storedVoice(db, read, row)) ?? voice);
}

/** Without the webhook, its messages cannot be edited: the bot begins again below, as itself. */
async function stillPossible(context: Needs<'db' | 'discord' | 'logger'>, row: Place, voice: Voice): Promise<Voice> {
  if (!voice.byWebhook || (await mayUseWebhook(context, row))) return voice;
  await leaveWebhook(context.db, row.id);
  await tidyNow(context.discord.actions, { channelId: row.channel_id, deleted: row.parts, stripped: [] });
  return { ...voice, byWebhook: false, intendedAt: null };
}

async function mayUseWebhook(
  context: Needs<'discord' | 'logger'>,
  { guild_id: guildId, channel_id: channelId }: Place,
) {
  if (guildId === null) return false;
  try {
    await context.discord.actions.readyToSpeak(channelId);
    return true;
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    // Sending shows whether it is possible.
    if (error.retryable) return true;
    const hint = 'A speaker answers as the bot itself: give me "Manage Webhooks" there, and room for one more webhook.';
    context.logger.warn({ error, channelId }, hint);
    return false;
  }
}

/** The line above an answer: who speaks, or what it replies to. Empty for the bot's own answers. */
export function lineAbove(
  { guild_id: guildId, channel_id: channelId, message_id: messageId }: Omit<QuestionRow, 'ciphertext'>,
  voice: Voice | undefined,
  t: Translate,
): string {
  if (!voice) return '';
  if (!voice.byWebhook) return `${t('speaker.line', { name: withoutMarkup(voice.speaker.name) })}\n`;
  return guildId === null || messageId === null ? '' : replyLine(guildId, channelId, messageId);
}

const withoutMarkup = (name: string): string => name.replaceAll(/[\\*_~`|<>[\]]/g, (sign) => `\\${sign}`);
