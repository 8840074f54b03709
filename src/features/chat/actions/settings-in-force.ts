import type { APIEmbed } from 'discord-api-types/v10';
import type { Call, Precedence, Translate } from '../../../sdk/index.ts';
import { chooseModel, placeOf } from '../chat.ts';
import type { Needs } from '../chat.ts';
import { idleHoursIn } from '../history/idle.ts';
import type { ConversationSetting } from '../turns/conversations.ts';
import type { ChatSettings } from '../settings.ts';

/** A setting that `/settings` shows. */
type Shown = ConversationSetting | 'historyKept';
type SourceText = (setting: Shown) => Promise<string>;

/** What applies to the caller here, each with where it comes from and what limits it. */
export async function settingsInForce(
  context: Needs<'extensions' | 'models' | 'settings'>,
  call: Call,
  own: Partial<ChatSettings>,
): Promise<APIEmbed> {
  const { guildId, channelId, caller, t } = call;
  const ofPlace = await context.settings.at(
    placeOf({ guild_id: guildId, channel_id: channelId, author_id: caller.userId }),
  );
  const settings = { ...ofPlace, ...own };
  const source: SourceText = async (setting) => t(`scopes.${await sourceOf(context, call, own, setting, settings)}`);
  const rest = restLine(context, call);
  const lines = [
    `${t('settings.model.in-force', { model: chooseModel(context, settings).id })} (${await source('model')})`,
    `${t(`settings.creativity.${settings.creativity}`)} (${await source('creativity')})`,
    await contextLine(settings, source, t),
    `${t('settings.kept', { count: settings.historyKept })} (${await source('historyKept')})`,
    ...(rest === undefined ? [] : [rest]),
    ...(await Promise.all(
      context.extensions('turnSettings').map(({ part, texts }) => part.describe({ ...call, t: texts.in(undefined) })),
    )),
  ];
  return { title: t('settings.in-force'), description: lines.join('\n') };
}

/** No more can be sent than is kept, whatever is set. */
async function contextLine({ historySent, historyKept }: ChatSettings, source: SourceText, t: Translate) {
  const from = await source('historySent');
  const line = t('settings.context.size', { count: Math.min(historySent, historyKept) });
  if (historySent <= historyKept) return `${line} (${from})`;
  return `${line} (${t('settings.context.limited', { source: from, count: historySent })})`;
}

/** Undefined where conversations do not end by themselves. */
function restLine(context: Needs<'settings'>, { guildId, channelId, t }: Call): string | undefined {
  const hours = idleHoursIn(context, guildId, channelId);
  if (hours === null) return undefined;
  const most = context.settings.instance.restHours;
  const ofGuild = guildId === null ? undefined : context.settings.own('guild', guildId).restHours;
  const isCapped = typeof ofGuild === 'number' && most !== null && ofGuild > most;
  const source = isCapped
    ? t('settings.rest-limited', { hours: ofGuild })
    : t(typeof ofGuild === 'number' ? 'scopes.guild' : 'scopes.instance');
  return `${t('settings.rest', { count: hours })} (${source})`;
}

/** What an applying value comes from. */
export async function sourceOf(
  { settings }: Needs<'settings'>,
  { guildId, channelId, caller }: Call,
  own: Partial<ChatSettings>,
  setting: Shown,
  inForce: ChatSettings,
): Promise<Precedence> {
  if (own[setting] !== undefined) return 'conversation';
  if (guildId !== null && settings.own('channel', channelId)[setting] !== undefined) return 'channel';
  const ofUser = await settings.at({ userId: caller.userId });
  if (ofUser[setting] !== settings.instance[setting]) return 'user';
  const ofGuild = guildId === null ? undefined : settings.own('guild', guildId)[setting];
  if (ofGuild === undefined) return 'instance';
  // A member who chose the instance's own value has it also where the guild has another.
  return ofGuild === inForce[setting] ? 'guild' : 'user';
}
