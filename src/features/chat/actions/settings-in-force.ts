import type { APIEmbed } from 'discord-api-types/v10';
import type { Call, Precedence } from '../../../sdk/index.ts';
import { chooseModel, placeOf } from '../chat.ts';
import type { ChatContext } from '../chat.ts';
import type { ConversationSetting } from '../turns/conversations.ts';
import type { ChatSettings } from '../settings.ts';

/** What applies to the caller here, each with where it comes from. */
export async function settingsInForce(context: ChatContext, call: Call, own: Partial<ChatSettings>): Promise<APIEmbed> {
  const { guildId, channelId, caller, t } = call;
  const ofPlace = await context.settings.at(
    placeOf({ guild_id: guildId, channel_id: channelId, author_id: caller.userId }),
  );
  const settings = { ...ofPlace, ...own };
  const from = async (setting: ConversationSetting) =>
    ` (${t(`scopes.${await sourceOf(context, call, own, setting, settings)}`)})`;
  const lines = [
    t('settings.model.in-force', { model: chooseModel(context, settings).id }) + (await from('model')),
    t(`settings.creativity.${settings.creativity}`) + (await from('creativity')),
    t('settings.context.size', { count: settings.historySent }) + (await from('historySent')),
    ...(await Promise.all(
      context.extensions('turnSettings').map(({ part, texts }) => part.describe({ ...call, t: texts.in(undefined) })),
    )),
  ];
  return { title: t('settings.in-force'), description: lines.join('\n') };
}

/** What an applying value comes from. */
export async function sourceOf(
  { settings }: ChatContext,
  { guildId, channelId, caller }: Call,
  own: Partial<ChatSettings>,
  setting: ConversationSetting,
  inForce: ChatSettings,
): Promise<Precedence> {
  if (own[setting] !== undefined) return 'conversation';
  if (guildId !== null && settings.own('channel', channelId)[setting] !== undefined) return 'channel';
  const ofUser = await settings.at({ userId: caller.userId });
  if (ofUser[setting] !== settings.instance[setting]) return 'user';
  const ofGuild = guildId === null ? undefined : settings.own('guild', guildId)[setting];
  if (ofGuild === undefined) return 'instance';
  // Whoever has chosen the instance's own value for themselves has it also where the guild has another.
  return ofGuild === inForce[setting] ? 'guild' : 'user';
}
