import type { APIMessage } from 'discord-api-types/v10';
import { UserError } from '../../kernel/errors.ts';
import { defineCommand, defineMessageCommand, markMessage, mayReadBack } from '../../sdk/index.ts';
import type { Call, Command, MessageCommand } from '../../sdk/index.ts';
import { hasImage } from './pick.ts';
import { formats } from './request.ts';
import { bounds } from './settings.ts';
import type { ChainContext } from './settings.ts';
import { gifLimit, submitChain } from './submit.ts';

const rules = { access: 'everyone', ephemeral: true, limit: gifLimit } as const;
/** Among how many of the latest messages an image is looked for when no message is named. */
const lookedThrough = 100;

export function gifCommand(context: ChainContext): Command {
  return defineCommand({
    ...rules,
    name: 'gif',
    options: {
      message: { type: 'string', maxLength: 200 },
      frames: { type: 'integer', ...bounds.frames },
      delay: { type: 'integer', ...bounds.delayMs },
      size: { type: 'integer', ...bounds.size },
      format: { type: 'string', maxLength: 20, suggest: (call) => suggestFormats(context, call.text) },
      animated: { type: 'boolean' },
      zoom: { type: 'boolean' },
    },
    run: async (call) => {
      const { options, source, caller, guildId, channelId, calledId } = call;
      const { message, frames, delay, size, format, animated = false, zoom = false } = options;
      const targetId = message === undefined ? await latestWithImage(context, call) : readMessageId(message, channelId);
      const messageId = source === 'prefix' ? calledId : null;
      const begun = await submitChain(context, {
        ...{ cameAs: calledId, caller, guildId, channelId, messageId, targetId },
        options: {
          ...{ animated, zoom, format: readFormat(format) },
          ...(frames !== undefined && { frames }),
          ...(delay !== undefined && { delayMs: delay }),
          ...(size !== undefined && { size }),
        },
      });
      if (messageId === null) await call.reply({ content: call.t('begun') });
      else if (begun) {
        markMessage(context, { channelId, messageId }, 'waiting', context.settings.peek({ guildId, channelId }));
      }
    },
  });
}

/** In the menu of every message. */
export const makeGifCommand = (context: ChainContext): MessageCommand =>
  defineMessageCommand({
    ...rules,
    name: 'make-gif',
    run: async (call) => {
      const { caller, guildId, channelId, calledId, target } = call;
      await submitChain(context, {
        ...{ cameAs: calledId, caller, guildId, channelId, messageId: null, targetId: target.id, options: {} },
      });
      await call.reply({ content: call.t('begun') });
    },
  });

/** A worker on another machine may make what this process does not offer, so `mp4` can be typed all the same. */
async function suggestFormats(
  { images }: Pick<ChainContext, 'images'>,
  text: string,
): Promise<{ name: string; value: string }[]> {
  const typed = text.trim().toLowerCase();
  const offered = (await images.makesVideos()) ? formats : formats.filter((format) => format !== 'mp4');
  return offered.filter((format) => format.startsWith(typed)).map((format) => ({ name: format, value: format }));
}

function readFormat(text = 'gif'): (typeof formats)[number] {
  const wanted = text.trim().toLowerCase();
  const format = formats.find((one) => one === wanted);
  if (!format) throw new UserError('bad-format', 'no such format', { formats: formats.join('`, `') });
  return format;
}

/** A link to a message of this channel, or its id. */
function readMessageId(text: string, channelId: string): string {
  const pattern = /^<?(?:https:\/\/[a-z.]{1,40}\/channels\/(?:\d{17,20}|@me)\/(\d{17,20})\/)?(\d{17,20})>?$/;
  const [, linkedChannel, id] = pattern.exec(text.trim()) ?? [];
  if (id === undefined) throw new UserError('bad-message', 'no link to a message');
  if (linkedChannel !== undefined && linkedChannel !== channelId) {
    throw new UserError('other-channel', 'the message is of another channel');
  }
  return id;
}

async function latestWithImage(context: ChainContext, { channelId, guildId, caller }: Call): Promise<string> {
  if (!mayReadBack({ guildId, caller })) throw new UserError('no-history', 'the caller may not read history');
  const messages: APIMessage[] = await context.discord.actions.messages(channelId, { limit: lookedThrough });
  const found = messages.find((message) => hasImage(message, context.discord.self));
  if (!found) throw new UserError('no-image', 'no image among the latest messages');
  return found.id;
}
