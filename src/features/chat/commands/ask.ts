import { ChannelType, PermissionFlagsBits } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { defineCommand } from '../../../sdk/index.ts';
import type { Call, Command, ModelInfo, SuggestCall } from '../../../sdk/index.ts';
import { allowedModels, checkModel } from '../allowed-models.ts';
import type { ChatContext } from '../chat.ts';
import { channelOf } from '../ways-in/store.ts';
import { takeAsked } from '../ways-in/take.ts';

/** How long the asker waits to hear which thread it is; a question that waits in line gets its thread later. */
const threadWaitMs = 8000;
const lookAgainMs = 100;

/** Asks in a thread of its own; in a thread or a direct message, there. */
export function askCommand(context: ChatContext): Command {
  return defineCommand({
    name: 'ask',
    options: {
      prompt: { type: 'string', required: true, maxLength: 6000, takesRest: true },
      model: { type: 'string', maxLength: 100, suggest: (call) => Promise.resolve(suggestions(context, call)) },
      file: { type: 'attachment' },
    },
    access: 'everyone',
    ephemeral: true,
    run: async ({ options, source, reply, ...call }) => {
      const model = options.model === undefined ? undefined : modelNamed(context, call, options.model);
      const thread = await threadPlace(context, call);
      const byMessage = source === 'prefix';
      const threadIn = thread === 'possible' ? call.channelId : null;
      const questionId = await takeAsked(context, call, {
        text: options.prompt,
        way: { kind: 'ask', threadIn, ...(byMessage && threadIn !== null ? { startsAt: call.calledId } : {}) },
        attachments: options.file ? [options.file] : [],
        model,
        ...(byMessage && threadIn === null ? { messageId: call.calledId } : {}),
      });
      const { t } = call;
      if (threadIn === null) {
        const why = thread === 'here' ? '' : ` ${t(`ask.${thread}`)}`;
        if (!byMessage || why !== '') await reply({ content: t('ask.here') + why });
      } else if (!byMessage) {
        const threadId = await openedThread(context, questionId, threadIn);
        await reply({ content: threadId === undefined ? t('ask.later') : t('ask.thread', { thread: threadId }) });
      }
    },
  });
}

function suggestions(context: ChatContext, call: SuggestCall): { name: string; value: string }[] {
  const wanted = call.text.toLowerCase();
  return allowedModels(context, call)
    .filter(({ id }) => id.toLowerCase().includes(wanted) && id.length <= 100)
    .map(({ id }) => ({ name: id, value: id }));
}

function modelNamed(context: ChatContext, call: Call, name: string): ModelInfo {
  const model = context.models.find(name);
  if (!model) {
    throw new UserError('model.unknown', 'no such model', { name: name.replaceAll('`', "'").slice(0, 100) });
  }
  checkModel(context, call, model);
  return model;
}

/** Whether a thread can be opened for a question; otherwise it is answered where it is asked, with the reason why. */
type ThreadPlace = 'possible' | 'here' | 'no-threads' | 'not-allowed' | 'may-not';

const threads: readonly number[] = [
  ChannelType.PublicThread,
  ChannelType.PrivateThread,
  ChannelType.AnnouncementThread,
];
const homes: readonly number[] = [ChannelType.GuildText, ChannelType.GuildAnnouncement];

/** Throws a UserError where the bot cannot write at all: an interaction reaches it anywhere. */
async function threadPlace({ discord: { cache } }: ChatContext, call: Call): Promise<ThreadPlace> {
  if (call.guildId === null) return 'here';
  const [channel, held] = await Promise.all([cache.channel(call.channelId), cache.selfPermissions(call.channelId)]);
  const { CreatePublicThreads, SendMessages, SendMessagesInThreads, ViewChannel } = PermissionFlagsBits;
  const isThread = threads.includes(channel?.type ?? ChannelType.GuildText);
  const write = ViewChannel | (isThread ? SendMessagesInThreads : SendMessages);
  if ((held & write) !== write) throw new UserError('ways-in.mute', 'the bot may not write here');
  if (isThread) return 'here';
  if (!channel || !homes.includes(channel.type)) return 'no-threads';
  if (((call.caller.permissions ?? 0n) & CreatePublicThreads) === 0n) return 'not-allowed';
  const needed = CreatePublicThreads | SendMessagesInThreads;
  return (held & needed) === needed ? 'possible' : 'may-not';
}

/** The thread that a worker opens for a question; undefined when that takes long. */
async function openedThread(context: ChatContext, questionId: string, askedIn: string): Promise<string | undefined> {
  const untilMs = context.clock.now() + threadWaitMs;
  do {
    const channelId = await channelOf(context.db, questionId);
    if (channelId === undefined) return undefined;
    if (channelId !== askedIn) return channelId;
    await context.clock.sleep(lookAgainMs);
  } while (context.clock.now() < untilMs);
  return undefined;
}
