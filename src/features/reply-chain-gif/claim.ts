import { MessageType } from 'discord-api-types/v10';
import type { GatewayMessageCreateDispatchData } from 'discord-api-types/v10';
import { UserError } from '../../kernel/errors.ts';
import { markMessage } from '../../sdk/index.ts';
import { imagesApi } from '../images/api.ts';
import { repliedTo } from './collect.ts';
import { asksForGif } from './rules/keyword.ts';
import type { ChainContext } from './settings.ts';
import { submitChain } from './submit.ts';

type Message = GatewayMessageCreateDispatchData;

/**
 * Takes "gif" as a reply, in image channels and direct messages: it is stored with its job, so it is answered whatever happens
 * next. False for other messages, at once: most are.
 */
export function claimKeyword(context: ChainContext, message: Message): boolean | Promise<boolean> {
  if (message.type !== MessageType.Reply) return false;
  const targetId = repliedTo(message);
  if (targetId === undefined || !asksForGif(message.content, context.discord.self.userId)) return false;
  const place = { guildId: message.guild_id ?? null, channelId: message.channel_id };
  const settings = context.settings.peek(place);
  if (!settings.enabled) return false;
  if (place.guildId === null) return settings.directMessages && take(context, message, targetId);
  return context
    .use(imagesApi)
    .isImageChannel(place)
    .then((isOne) => isOne && take(context, message, targetId));
}

/** False where the member may not use `/gif`: the word is one like others then. */
async function take(context: ChainContext, message: Message, targetId: string): Promise<boolean> {
  const place = { guildId: message.guild_id ?? null, channelId: message.channel_id };
  try {
    const caller = await context.callerOf(message);
    const action = { kind: 'command', feature: 'reply-chain-gif', name: 'gif', access: 'everyone' } as const;
    if (!context.access.decide(caller, place, action).allowed) return false;
    const begun = await submitChain(context, {
      ...{ cameAs: message.id, caller, ...place, messageId: message.id, targetId, options: {}, isUncounted: true },
    });
    if (begun) {
      const asked = { channelId: message.channel_id, messageId: message.id };
      markMessage(context, asked, 'waiting', context.settings.peek(place));
    }
  } catch (error) {
    if (!(error instanceof UserError)) context.logger.warn({ error }, 'A GIF could not be placed in line.');
    context.refuse(message, context.explain(error));
  }
  return true;
}
