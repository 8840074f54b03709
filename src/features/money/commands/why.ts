import { PermissionFlagsBits } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { defineCommand, defineMessageCommand, isOwn, mayUse } from '../../../sdk/index.ts';
import type { Call, Command, CommandCall, Explanation, MessageCommand, OutgoingMessage } from '../../../sdk/index.ts';
import type { MoneyContext } from '../money.ts';
import { readMessageId } from '../rules.ts';
import { whyEmbed } from '../views/why.ts';
import { chatApi } from '../../chat/api.ts';

/** The last answer is searched in this many latest messages of the channel. */
const lookedThrough = 25;

export function whyCommand(context: MoneyContext): Command {
  return defineCommand({
    name: 'why',
    options: { message: { type: 'string', maxLength: 150 } },
    access: 'everyone',
    ephemeral: true,
    run: async (call) => call.reply(await answer(context, call, await messageMeant(context, call))),
  });
}

export function whyMessageCommand(context: MoneyContext): MessageCommand {
  return defineMessageCommand({
    name: 'why',
    access: 'everyone',
    ephemeral: true,
    run: async (call) => call.reply(await answer(context, call, call.target.id)),
  });
}

async function messageMeant(
  context: MoneyContext,
  call: CommandCall<{ message: string | undefined }>,
): Promise<string> {
  const { discord } = context;
  if (call.options.message !== undefined) return readMessageId(call.options.message);
  const asking = call.source === 'prefix' ? await discord.actions.message(call.channelId, call.calledId) : undefined;
  return asking?.message_reference?.message_id ?? (await latestAnswer(context, call));
}

/** The default: the latest answer to the caller in this channel, else the latest one. */
async function latestAnswer({ discord, spending }: MoneyContext, { channelId, caller }: Call): Promise<string> {
  const messages = await discord.actions.messages(channelId, { limit: lookedThrough });
  let latest: string | undefined;
  for (const message of messages.filter((one) => isOwn(one, discord.self))) {
    const explanation = await spending.explain(message.id);
    if (explanation?.payerId === caller.userId) return message.id;
    if (explanation) latest ??= message.id;
  }
  if (latest === undefined) throw new UserError('why.which', 'no message');
  return latest;
}

async function answer(context: MoneyContext, call: Call, messageId: string): Promise<OutgoingMessage> {
  const explanation = await context.spending.explain(messageId);
  const seen = explanation && (await seenBy(context, call, explanation));
  if (!seen) throw new UserError('why.unknown', 'unknown message');
  const speaker = await context.use(chatApi).speakerIn(messageId);
  return { embeds: [whyEmbed({ ...explanation, speaker }, seen === 'full', context, call.t)] };
}

/**
 * How much this caller may see from where they are. Nothing of another guild, of others' direct messages and of
 * channels that they can't see. Everything for the asker and for moderators of the message's channel.
 */
async function seenBy(
  { discord }: MoneyContext,
  { caller, guildId, channelId }: Call,
  explanation: Explanation,
): Promise<'full' | 'part' | undefined> {
  if (explanation.guildId !== guildId) return undefined;
  const own = explanation.payerId === caller.userId;
  if (guildId === null) return own && explanation.channelId === channelId ? 'full' : undefined;
  if (explanation.channelId === null) return own ? 'full' : undefined;
  const permissions = await discord.cache.memberPermissions(explanation.channelId, caller.userId, caller.roleIds);
  if ((permissions & PermissionFlagsBits.ViewChannel) === 0n) return undefined;
  return own || mayUse('moderator', { ...caller, permissions }) ? 'full' : 'part';
}
