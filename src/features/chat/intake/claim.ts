import { MessageType } from 'discord-api-types/v10';
import type { GatewayMessageCreateDispatchData } from 'discord-api-types/v10';
import { VendorError } from '../../../kernel/errors.ts';
import type { ChatContext, Needs } from '../chat.ts';
import type { ConversingChannels } from '../history/channels.ts';
import { supersede } from '../turns/later-questions.ts';
import { AnsweredBefore, modelOf, submitTurn, turnIds } from '../turns/submit.ts';
import { questionTaken } from '../view/reactions.ts';
import { answersEverything } from './listening.ts';
import { maySpeak } from '../../../sdk/index.ts';
import { isAddressed, mentionsRoles, readQuestion } from './read-message.ts';
import type { Question, Self } from './read-message.ts';

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
  const guildId = message.guild_id;
  // Most messages mention no role: they are decided at once.
  if (guildId === undefined || !mentionsRoles(message)) {
    return claimAs(selfAs(context, null), context, message, ownThreads);
  }
  return findSelf(context, guildId).then((self) => claimAs(self, context, message, ownThreads));
}

/** Whom people mean when they name the bot in a guild. */
export async function findSelf(context: Needs<'discord'>, guildId: string): Promise<Self> {
  const { self, cache } = context.discord;
  const guild = await cache.guild(guildId);
  const own = [...(guild?.roles ?? [])].find(([, role]) => role.botId === self.userId);
  return selfAs(context, own?.[0] ?? null);
}

export function selfAs({ discord }: Needs<'discord'>, roleId: string | null): Self {
  const { userId, applicationId } = discord.self;
  return { userId, roleId, applicationId };
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
function questionOf(context: Needs<'texts'>, self: Self, message: GatewayMessageCreateDispatchData): Question {
  const question = readQuestion(message, self);
  const isEmpty = question.text === '' && question.attachments.length === 0;
  return isEmpty ? { ...question, text: context.texts.in(undefined)('empty-question') } : question;
}

/** What a message that was meant for the bot asks. */
export async function questionIn(
  context: Needs<'discord' | 'texts'>,
  message: GatewayMessageCreateDispatchData,
): Promise<Question> {
  const { guild_id: guildId } = message;
  const self = guildId === undefined ? selfAs(context, null) : await findSelf(context, guildId);
  return questionOf(context, self, message);
}

async function store(
  context: ChatContext,
  message: GatewayMessageCreateDispatchData,
  question: Question,
): Promise<void> {
  const place = { channel_id: message.channel_id, guild_id: message.guild_id ?? null, author_id: message.author.id };
  const [caller, model] = await Promise.all([context.callerOf(message), modelOf(context, place)]);
  const turn = { ...place, cameAs: message.id, message_id: message.id, question };
  try {
    // Discord keeps the message: after a failure of the whole machine it is found there again.
    await context.transaction((tx) => submitTurn(context, tx, turn, { caller, model }), { flush: 'soon' });
  } catch (error) {
    if (error instanceof AnsweredBefore) return;
    throw error;
  }
  context.checkpoint('admitted');
  const id = turnIds(message.id).questionId;
  questionTaken(context, { id, ...place, message_id: message.id, asked_at: new Date(context.clock.now()) });
  await supersede(context, { id, ...place });
}
