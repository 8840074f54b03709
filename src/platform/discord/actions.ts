import { Routes, type APIChannel, type APIMessage } from 'discord-api-types/v10';
import type { Clock } from '../../kernel/clock.ts';
import { VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { fetchAttachment } from './attachment.ts';
import { ChannelWriter } from './channel-writer.ts';
import { MessageWriter } from './message-writer.ts';
import type { GlobalGate } from './global-gate.ts';
import type { DiscordHttp } from './http.ts';
import { discordCodes, isDiscordError } from './errors.ts';
import type { DiscordActions, NewThread } from './port.ts';
import { clip } from './payload.ts';
import { Replies } from './interaction.ts';
import { discordLimits } from './limits.ts';
import { LiveAnswer } from './live.ts';
import type { Marks } from './marks.ts';
import { Pacer } from './pacer.ts';
import type { SubjectActions } from './subjects.ts';
import { Typing } from './typing.ts';
import { isVisit } from './visit.ts';
import { VisitWriter } from './visit-writer.ts';
import { checkMember } from './visits.ts';
import type { Visits } from './visits.ts';
import { WebhookWriter } from './webhook-writer.ts';
import type { Webhooks } from './webhooks.ts';

interface ActionsContext {
  http: DiscordHttp;
  gate: GlobalGate;
  marks: Marks;
  clock: Clock;
  logger: Logger;
  webhooks: Webhooks;
  visits: Visits;
  fileOrigins: readonly string[];
  /** What features do beside messages. */
  subjects: SubjectActions;
  /** Remembers a DM channel that was opened. */
  onDmOpened: (channelId: string) => void;
}

/** The bot may not react where it is no member. */
const unmarked = { stands: false, isReplaced: false, leftover: [] };

export function createActions(context: ActionsContext): DiscordActions {
  const { http, gate, marks, clock, logger, webhooks, visits } = context;
  const pacer = new Pacer(clock);
  const channels = new ChannelWriter(http, pacer);
  const spoken = new WebhookWriter({ http, pacer, clock, webhooks, channels });
  const visitWriter = new VisitWriter({ http, pacer, visits });
  const writer = new MessageWriter({ http, channels, spoken, webhooks, visits: visitWriter });
  const typing = new Typing(http, gate, clock);
  return {
    ...context.subjects,
    ...reading(context),
    send: (channelId, message, options) => writer.create(channelId, message, options),
    edit: async (channelId, messageId, message) => void (await writer.edit(channelId, messageId, message)),
    delete: (channelId, messageId) => writer.delete(channelId, messageId),
    live: (options) => {
      const { channelId, replyTo, onDeadline } = options;
      const lane = options.spoken ? spoken.laneOf(channelId) : pacer.lane(channelId);
      const lead = options.spoken && replyTo !== undefined ? () => writer.lead(channelId, replyTo) : undefined;
      const live = new LiveAnswer(options, { writer, lane, gate, clock, logger, lead });
      return onDeadline && isVisit(channelId) ? visits.watch(channelId, live, onDeadline) : live;
    },
    readyToSpeak: async (channelId) => {
      checkMember(channelId);
      await webhooks.of((await webhooks.placeOf(channelId)).channelId);
    },
    typing: (channelId) => (isVisit(channelId) ? () => undefined : typing.start(channelId)),
    mark: (channelId, messageId, emoji, { instead } = {}) =>
      isVisit(channelId) ? Promise.resolve(unmarked) : marks.set(channelId, messageId, emoji, instead),
    openDm: async (userId) => {
      const made = {
        method: 'POST',
        path: Routes.userChannels(),
        body: { recipient_id: userId },
        repeatable: true,
      } as const;
      const channel = await http.ask<APIChannel>(made);
      context.onDmOpened(channel.id);
      return channel.id;
    },
    createThread: (thread) => createThread(context, writer, thread),
    renameThread: async (threadId, name) => {
      const body = { name: clip(name, discordLimits.threadNameLength) };
      await http.request({ method: 'PATCH', path: Routes.channel(threadId), body, repeatable: true });
    },
    attachment: (url, maxBytes, signal) => fetchAttachment(context.fileOrigins, url, maxBytes, signal),
    interaction: (interaction) => new Replies(interaction, http, writer, visits),
  };
}

const reading = ({ http }: ActionsContext): Pick<DiscordActions, 'message' | 'messages'> => ({
  message: async (channelId, messageId) => {
    checkMember(channelId);
    return http.ask<APIMessage>({
      method: 'GET',
      path: Routes.channelMessage(channelId, messageId),
      repeatable: true,
    });
  },
  messages: async (channelId, { limit, ...range }) => {
    checkMember(channelId);
    return http.ask<APIMessage[]>({
      method: 'GET',
      path: Routes.channelMessages(channelId),
      query: { ...range, limit: String(Math.min(limit, discordLimits.messagesPerFetch)) },
      repeatable: true,
    });
  },
});

async function createThread({ http }: ActionsContext, writer: MessageWriter, thread: NewThread): Promise<string> {
  const { channelId, key } = thread;
  checkMember(channelId);
  const name = clip(thread.name, discordLimits.threadNameLength);
  const messageId = thread.messageId ?? (await writer.create(channelId, { content: name }, { key })).id;
  try {
    const path = Routes.threads(channelId, messageId);
    const made = await http.request({ method: 'POST', path, body: { name }, repeatable: true });
    return idOf(made) ?? messageId;
  } catch (error) {
    if (!isDiscordError(error, discordCodes.threadExists)) throw error;
    return (await threadOn(http, channelId, messageId)) ?? messageId;
  }
}

/** Undefined where the message cannot be read. */
async function threadOn(http: DiscordHttp, channelId: string, messageId: string): Promise<string | undefined> {
  try {
    const path = Routes.channelMessage(channelId, messageId);
    return (await http.ask<APIMessage>({ method: 'GET', path, repeatable: true })).thread?.id;
  } catch (error) {
    if (error instanceof VendorError) return undefined;
    throw error;
  }
}

/** On Discord a thread has the id of its message; other servers give it one of its own. */
function idOf(thread: unknown): string | undefined {
  const { id } = (thread ?? {}) as { id?: unknown };
  return typeof id === 'string' ? id : undefined;
}
