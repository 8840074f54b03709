import { ChannelType, PermissionFlagsBits } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { provisionalName } from '../../../kernel/thread-name.ts';
import { isThread } from '../../../sdk/index.ts';
import type { ComponentCall, Tx } from '../../../sdk/index.ts';
import { decryptQuestion } from '../chat.ts';
import type { Needs } from '../chat.ts';
import { settingsOf } from '../turns/conversations.ts';
import type { Question } from '../intake/read-message.ts';
import { exchangesBefore } from '../turns/store.ts';
import type { QuestionRow } from '../turns/store.ts';
import { mergedInto } from '../turns/waiting-store.ts';
import { reached } from './reach.ts';
import type { Reached } from './reach.ts';
import { insertBranch, insertCopy } from './store.ts';

/** An earlier exchange in clear, with the row that it is copied from. */
interface Remembered {
  row: QuestionRow;
  question: Question;
  answer: string | null;
  answerId: string | null;
}

/** Opens a thread that knows the conversation up to an answer and goes its own way from there. */
export async function branch(
  context: Needs<'clock' | 'db' | 'discord' | 'events' | 'ids' | 'settings' | 'texts' | 'transaction' | 'vault'>,
  call: ComponentCall,
): Promise<void> {
  const from = await reached(context, call);
  const { guildId, caller, calledId, t } = call;
  if (guildId === null || !from.answer.ciphertext)
    throw new UserError('branch.nothing', 'there is nothing to go on from');
  const homeId = await homeOfThread(context, call);
  await call.acknowledge();
  const past = await remember(context, from);
  const { actions } = context.discord;
  const link = `https://discord.com/channels/${guildId}/${call.channelId}/${from.question.parts[0] ?? ''}`;
  const key = `chat/branch/${calledId}`;
  const publicly = context.texts.in(undefined);
  const starter = { content: publicly('branch.starter', { user: caller.userId, link }), suppressEmbeds: true };
  const { id: messageId } = await actions.send(homeId, starter, { key });
  const name = `🌿 ${provisionalName(past.at(-1)?.question.text ?? '') || publicly('branch.name')}`;
  const threadId = await actions.createThread({ channelId: homeId, name, messageId, key });
  await context.transaction((tx) =>
    copyInto(context, tx, { threadId, guildId, homeId, ownerId: caller.userId }, from, past),
  );
  const note = await noteOf(
    context,
    { guild_id: guildId, channel_id: threadId, author_id: caller.userId },
    past.length,
  );
  const mentionMe = context.discord.messageContent ? '' : `\n${publicly('intake.mention-me')}`;
  await actions.send(threadId, { content: note + mentionMe, pings: [caller.userId] }, { key: `${key}/note` });
  await call.update({ content: t('branch.done', { thread: threadId }), components: [] });
}

/** What the branch begins with: a model gets so many of the latest exchanges as the settings say, not all that is kept. */
async function noteOf(
  context: Needs<'db' | 'settings' | 'texts'>,
  place: Pick<QuestionRow, 'guild_id' | 'channel_id' | 'author_id'>,
  kept: number,
): Promise<string> {
  const t = context.texts.in(undefined);
  const { historySent } = await settingsOf(context, place);
  const sent = Math.min(kept, historySent);
  const older = kept - sent;
  const note = t('branch.note', { user: place.author_id, count: sent });
  return older === 0 ? note : `${note} ${t(sent === 0 ? 'branch.unsent' : 'branch.older', { count: older })}`;
}

const homes: readonly number[] = [ChannelType.GuildText, ChannelType.GuildAnnouncement];

/** The channel for the thread. Throws a UserError where there can be none, or where presser or bot may not open one. */
async function homeOfThread({ discord: { cache } }: Needs<'discord'>, call: ComponentCall): Promise<string> {
  const here = await cache.channel(call.channelId);
  // What is said in a private thread is not for everyone in its channel.
  if (here?.type === ChannelType.PrivateThread) throw new UserError('branch.private', 'a private thread');
  const home = here && isThread(here.type) ? await cache.channel(here.parentId ?? '') : here;
  if (!home || !homes.includes(home.type)) throw new UserError('branch.no-threads', 'no threads here');
  const { CreatePublicThreads, SendMessages, SendMessagesInThreads } = PermissionFlagsBits;
  if (!((call.caller.permissions ?? 0n) & CreatePublicThreads)) {
    throw new UserError('branch.not-allowed', 'the presser may not open threads');
  }
  const needed = CreatePublicThreads | SendMessages | SendMessagesInThreads;
  if (((await cache.selfPermissions(home.id)) & needed) !== needed) {
    throw new UserError('branch.may-not', 'the bot may not open threads');
  }
  return home.id;
}

/** The conversation up to an answer, oldest first; without questions of people whose data was deleted. */
async function remember(
  context: Needs<'db' | 'settings' | 'vault'>,
  { question, answer }: Reached,
): Promise<Remembered[]> {
  const read = context.vault.reader(context.db);
  const { historyKept } = await settingsOf(context, question);
  const before = await exchangesBefore(context.db, question, Math.max(0, historyKept - 1));
  const together = (await mergedInto(context.db, question.id)).map((one) => ({ question: one, answer: null }));
  const opened = await Promise.all(
    [...before, ...together, { question, answer }].map(
      async ({ question: row, answer: shown }): Promise<Remembered | null> => {
        const asked = await decryptQuestion(read, row);
        const said = shown?.ciphertext ? await read(row.author_id, shown.id, shown.ciphertext) : null;
        return asked && { row, question: asked, answer: said, answerId: shown?.id ?? null };
      },
    ),
  );
  return opened.filter((one) => one !== null);
}

/** Encrypted again for each author, so that deleting one's data deletes their part of the copy; deleted authors are left out. */
async function copyInto(
  context: Needs<'clock' | 'events' | 'ids' | 'vault'>,
  tx: Tx,
  branch: { threadId: string; guildId: string; homeId: string; ownerId: string },
  { question: { channel_id: sourceId, asked_at } }: Reached,
  past: readonly Remembered[],
): Promise<void> {
  const now = new Date(context.clock.now());
  await insertBranch(tx, { ...branch, sourceId, createdAt: now });
  const { threadId, guildId, homeId } = branch;
  const branched = { guildId, fromId: sourceId, toId: threadId, parentId: homeId, beforeMs: asked_at.getTime() };
  await context.events.emit(tx, 'chat/branched', branched);
  for (const { row, question, answer, answerId } of past) {
    const ids = { question: context.ids.uuid(), answer: context.ids.uuid() };
    const encrypt = (id: string, text: string) => context.vault.encryptIfKnown(tx, row.author_id, id, text);
    const ciphertext = await encrypt(ids.question, JSON.stringify(question));
    if (!ciphertext) continue;
    const answerCiphertext = answer === null ? null : await encrypt(ids.answer, answer);
    await insertCopy(tx, {
      ids,
      threadId: branch.threadId,
      row,
      ciphertext,
      answerCiphertext,
      answerId,
      finishedAt: now,
    });
  }
}
