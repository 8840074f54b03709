import { ChannelType, MessageType, PermissionFlagsBits } from 'discord-api-types/v10';
import type { GatewayMessageCreateDispatchData } from 'discord-api-types/v10';
import { UserError, VendorError } from '../../../kernel/errors.ts';
import { uuidFromName } from '../../../kernel/ids.ts';
import type { Caller, ModelInfo, Tx } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import { chooseModel, requestOf } from '../chat.ts';
import { settingsOf } from '../turns/conversations.ts';
import { isAddressed, mentionsRoles, readQuestion } from './read-message.ts';
import type { Self } from './read-message.ts';
import type { ConversingChannels } from '../history/channels.ts';
import type { Question } from './read-message.ts';
import type { NewQuestion, QuestionRow } from '../turns/store.ts';
import { insertQuestion } from '../turns/store.ts';
import { laneOf } from '../turns/lane.ts';
import { joinWaiting, supersede } from '../turns/later-questions.ts';
import { questionTaken } from '../view/reactions.ts';
import { answersEverything } from './listening.ts';
import { isThread } from './places.ts';

/**
 * Takes a message that is meant for the bot: stores the question and its job in one transaction, so that it is answered
 * whatever happens next. The ids come from the message's, so that a second delivery finds the first.
 */
export function claimQuestion(
  context: ChatContext,
  message: GatewayMessageCreateDispatchData,
  ownThreads: ConversingChannels,
): boolean | Promise<boolean> {
  // What Discord writes in a person's name, on joining, pinning and opening a thread, is not for the bot.
  if (message.type !== MessageType.Default && message.type !== MessageType.Reply) return false;
  const { userId } = context.discord.self;
  const guildId = message.guild_id;
  // Most messages mention no role: they are decided at once.
  if (guildId === undefined || !mentionsRoles(message)) {
    return claimAs({ userId, roleId: null }, context, message, ownThreads);
  }
  return findSelf(context, guildId).then((self) => claimAs(self, context, message, ownThreads));
}

/** Whom people mean when they name the bot in a guild. */
export async function findSelf({ discord }: ChatContext, guildId: string): Promise<Self> {
  const { userId } = discord.self;
  const guild = await discord.cache.guild(guildId);
  const own = [...(guild?.roles ?? [])].find(([, role]) => role.botId === userId);
  return { userId, roleId: own?.[0] ?? null };
}

function claimAs(
  self: Self,
  context: ChatContext,
  message: GatewayMessageCreateDispatchData,
  ownThreads: ConversingChannels,
): boolean | Promise<boolean> {
  if (isAddressed(message, self)) return takeQuestion(self, context, message);
  // Its words are withheld.
  if (!context.discord.messageContent) return false;
  const answered = answersEverything(context, message, ownThreads);
  if (typeof answered === 'boolean') return answered && takeQuestion(self, context, message);
  return answered.then((it) => it && takeQuestion(self, context, message));
}

async function takeQuestion(
  self: Self,
  context: ChatContext,
  message: GatewayMessageCreateDispatchData,
): Promise<boolean> {
  const question = questionOf(context, self, message);
  if (message.guild_id !== undefined && !(await maySpeak(context, message.channel_id))) return true;
  try {
    await store(context, message, question);
  } catch (error) {
    // What else fails is named as what it is; it is no reason either to leave the asker without a word.
    const away = error instanceof VendorError && error.code === 'postgres/unavailable';
    const content = away ? context.texts.in(undefined)('away') : context.explain(error);
    context.refuse(message, content);
  }
  return true;
}

/** A mention alone is a greeting. */
function questionOf(context: ChatContext, self: Self, message: GatewayMessageCreateDispatchData): Question {
  const question = readQuestion(message, self);
  const isEmpty = question.text === '' && question.attachments.length === 0;
  return isEmpty ? { ...question, text: context.texts.in(undefined)('empty-question') } : question;
}

/** What a message that was meant for the bot asks. */
export async function questionIn(context: ChatContext, message: GatewayMessageCreateDispatchData): Promise<Question> {
  const { guild_id: guildId } = message;
  const self =
    guildId === undefined ? { userId: context.discord.self.userId, roleId: null } : await findSelf(context, guildId);
  return questionOf(context, self, message);
}

/** Without the permission to write there is nobody to tell but the log. */
export async function maySpeak(context: ChatContext, channelId: string): Promise<boolean> {
  const { cache } = context.discord;
  const [channel, held] = await Promise.all([cache.channel(channelId), cache.selfPermissions(channelId)]);
  const inThread = isThread(channel?.type ?? ChannelType.GuildText);
  const send = inThread ? PermissionFlagsBits.SendMessagesInThreads : PermissionFlagsBits.SendMessages;
  const needed = PermissionFlagsBits.ViewChannel | send;
  if ((held & needed) === needed) return true;
  const missing = inThread ? 'Send Messages in Threads' : 'Send Messages';
  context.logger.warn({ channelId }, `Asked where I may not write: give me "${missing}" there.`);
  return false;
}

async function store(
  context: ChatContext,
  message: GatewayMessageCreateDispatchData,
  question: Question,
): Promise<void> {
  const id = uuidFromName(`chat/question/${message.id}`);
  const answer = { id: uuidFromName(`chat/answer/${message.id}`), jobId: context.ids.uuid(), tries: 0 };
  const text = JSON.stringify(question);
  const place = { channel_id: message.channel_id, guild_id: message.guild_id ?? null, author_id: message.author.id };
  const [caller, model] = await Promise.all([context.callerOf(message), modelOf(context, place)]);
  const asked = { id, ...place, message_id: message.id, asked_at: new Date(context.clock.now()) };
  try {
    await context.transaction(async (tx) => {
      const row: NewQuestion = { ...asked, sealed: await context.vault.seal(tx, message.author.id, id, text) };
      if (!(await insertQuestion(tx, row, answer)) || (await joinWaiting(context, tx, row))) return;
      await enqueueAnswer(context, tx, row, answer, { caller, model, questionTokens: estimateTokens(text) });
    });
  } catch (error) {
    if (error instanceof AnsweredBefore) return;
    throw error;
  }
  context.checkpoint('admitted');
  questionTaken(context, asked);
  await supersede(context, { id, ...place });
}

/** A question that was answered once, and has left the history since, came again: nothing of it may come back. */
class AnsweredBefore extends UserError {
  constructor() {
    super('answer-gone', 'it was answered before and has been removed since');
  }
}

/** Admitted with a short answer in mind: enough to be refused at once when nothing is left. */
const admittedOutputTokens = 64;

/** The model that a question gets. Asked before the transaction: inside, it would wait for a second connection. */
export async function modelOf(
  context: ChatContext,
  question: Pick<QuestionRow, 'author_id' | 'guild_id' | 'channel_id'>,
  wantedModelId: string | null = null,
): Promise<ModelInfo> {
  const chosen = chooseModel(context, await settingsOf(context, question), wantedModelId);
  return context.spending.modelFor(chosen, { guildId: question.guild_id, channelId: question.channel_id });
}

/** Quick and a little high: the gateway has no time to count, and what is held for the call is counted. */
export const estimateTokens = (text: string): number => Math.ceil(text.length / 3);

/**
 * Admits an answer and adds its job, in the line of its conversation unless that is yet to be opened: whoever asks for it
 * pays. Throws a UserError when it may not be, when too much is waiting already, or when it was added before; the caller's
 * transaction then leaves no trace. Last in the transaction, since it holds the locks of accounts and limits until the
 * commit.
 */
export async function enqueueAnswer(
  context: ChatContext,
  tx: Tx,
  question: Pick<QuestionRow, 'author_id' | 'guild_id' | 'channel_id'>,
  answer: { id: string; jobId: string; tries: number },
  asked: { caller: Caller; model: ModelInfo; questionTokens: number; answeredHere?: boolean },
): Promise<void> {
  const { caller, model, answeredHere = true } = asked;
  const lane = answeredHere ? laneOf(context, question) : null;
  const place = { guildId: question.guild_id, channelId: question.channel_id };
  await context.spending.admit(tx, {
    request: requestOf(answer),
    action: { kind: 'feature', feature: 'chat' },
    caller,
    place,
    model,
    tokens: { input: asked.questionTokens, output: admittedOutputTokens },
  });
  const result = await context.jobs.enqueue(tx, {
    id: answer.jobId,
    queue: 'text',
    name: 'answer',
    key: requestOf(answer),
    payload: { answerId: answer.id, tries: answer.tries },
    userId: caller.userId,
    ...(question.guild_id === null ? {} : { guildId: question.guild_id }),
    ...(lane === null ? {} : { lane }),
  });
  if (result.status === 'duplicate') throw new AnsweredBefore();
  if (result.status === 'full') {
    throw new UserError(`full.${result.scope}`, 'too many questions are waiting', { limit: result.limit });
  }
}
