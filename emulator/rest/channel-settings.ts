import { ChannelFlags, ChannelType } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Core, StoredChannel, StoredForum } from '../contract.ts';
import { chosenEmoji, emojiChoice } from '../emoji.ts';
import { discordError, formError } from '../errors.ts';
import { integer, snowflake, text } from '../forms.ts';
import { FORUM_LIMITS, forumOf, isForum } from '../forums.ts';
import { autoArchiveMinutes } from './thread-settings.ts';

const MAX_BITRATE = 96_000;
const MAX_STAGE_BITRATE = 64_000;
const DEFAULT_BITRATE = 64_000;
const MAX_VOICE_USERS = 99;
const MAX_STAGE_USERS = 10_000;

const tagForm = emojiChoice.extend({
  id: snowflake.nullish(),
  name: text(0, FORUM_LIMITS.tagName),
  moderated: z.boolean().nullish(),
});

/** What channels of some types have and others do not. Source: "Modify Channel" in Discord's documentation. */
export const settingsFields = {
  bitrate: integer(8000, MAX_BITRATE).nullish(),
  user_limit: integer(0, MAX_STAGE_USERS).nullish(),
  default_auto_archive_duration: autoArchiveMinutes.nullish(),
  default_thread_rate_limit_per_user: integer(0, 21_600).nullish(),
  available_tags: z.array(tagForm).max(FORUM_LIMITS.tags).nullish(),
  default_reaction_emoji: emojiChoice.nullish(),
  default_sort_order: z.literal([0, 1]).nullish(),
  default_forum_layout: z.literal([0, 1, 2]).nullish(),
  flags: integer(0, 2 ** 31 - 1).nullish(),
};

type SettingsForm = z.output<z.ZodObject<typeof settingsFields>>;
type Settings = Pick<StoredChannel, 'flags' | 'voice' | 'threadDefaults' | 'forum'>;
/** The channel as it is; a new one has a type alone. */
type Current = Pick<StoredChannel, 'type'> & Partial<StoredChannel>;

const THREADED_TYPES: readonly number[] = [ChannelType.GuildText, ChannelType.GuildAnnouncement];

/** The settings that a form changes; those that a channel of this type does not have are left out. */
export function changedSettings(core: Core, guildId: string, current: Current, form: SettingsForm): Settings {
  return {
    ...changedVoice(current, form),
    ...changedThreadDefaults(current, form),
    ...(isForum(current) ? changedForum(core, guildId, current, form) : {}),
    ...changedFlags(current, form),
  };
}

function changedVoice(current: Current, form: SettingsForm): Settings {
  const isStage = current.type === ChannelType.GuildStageVoice;
  if (!isStage && current.type !== ChannelType.GuildVoice) return {};
  if (form.bitrate === undefined && form.user_limit === undefined) return {};
  const before = current.voice ?? { bitrate: DEFAULT_BITRATE, userLimit: 0 };
  const bitrate = form.bitrate === undefined ? before.bitrate : (form.bitrate ?? DEFAULT_BITRATE);
  const userLimit = form.user_limit === undefined ? before.userLimit : (form.user_limit ?? 0);
  if (isStage && bitrate > MAX_STAGE_BITRATE) throw discordError('bitrateTooHigh');
  if (!isStage && userLimit > MAX_VOICE_USERS) {
    throw formError(['user_limit'], 'NUMBER_TYPE_MAX', `int value should be less than or equal to ${MAX_VOICE_USERS}.`);
  }
  return { voice: { bitrate, userLimit } };
}

function changedThreadDefaults(current: Current, form: SettingsForm): Settings {
  if (!isForum(current) && !THREADED_TYPES.includes(current.type)) return {};
  const { default_auto_archive_duration: archive, default_thread_rate_limit_per_user: rate } = form;
  if (archive === undefined && rate === undefined) return {};
  const before = current.threadDefaults ?? { autoArchiveMinutes: null, rateLimitPerUser: 0 };
  return {
    threadDefaults: {
      autoArchiveMinutes: archive === undefined ? before.autoArchiveMinutes : archive,
      rateLimitPerUser: rate === undefined ? before.rateLimitPerUser : (rate ?? 0),
    },
  };
}

function changedForum(core: Core, guildId: string, current: Current, form: SettingsForm): Settings {
  const before = forumOf(current as StoredChannel);
  const { default_reaction_emoji: reaction, default_sort_order: order, default_forum_layout: layout } = form;
  const hasLayout = current.type === ChannelType.GuildForum && layout != null;
  return {
    forum: {
      tags: form.available_tags == null ? before.tags : changedTags(core, guildId, before.tags, form.available_tags),
      defaultReaction: reaction === undefined ? before.defaultReaction : chosenEmoji(core, guildId, reaction ?? {}),
      sortOrder: order === undefined ? before.sortOrder : order,
      layout: hasLayout ? layout : before.layout,
    },
  };
}

/** The list given is the whole list: tags with an id stay under it, those without are new, the others go. */
function changedTags(
  core: Core,
  guildId: string,
  before: StoredForum['tags'],
  forms: z.output<typeof tagForm>[],
): StoredForum['tags'] {
  if (new Set(forms.map(({ name }) => name)).size < forms.length) throw discordError('tagNamesNotUnique');
  return forms.map((form) => {
    if (form.id != null && !before.some(({ id }) => id === form.id)) throw discordError('unknownTag');
    return {
      id: form.id ?? core.world.snowflake(),
      name: form.name,
      moderated: form.moderated ?? false,
      ...(chosenEmoji(core, guildId, form) ?? { emojiId: null, emojiName: null }),
    };
  });
}

function changedFlags(current: Current, form: SettingsForm): Settings {
  if (form.flags == null) return {};
  let settable = 0;
  if (isForum(current)) settable |= ChannelFlags.RequireTag;
  if (current.type === ChannelType.GuildMedia) settable |= ChannelFlags.HideMediaDownloadOptions;
  return { flags: ((current.flags ?? 0) & ~settable) | (form.flags & settable) };
}

/** Takes tags that a forum no longer has from its posts. */
export function dropGoneTags(core: Core, forum: StoredChannel): void {
  const known = new Set(forumOf(forum).tags.map(({ id }) => id));
  for (const post of core.world.threadsOf(forum.id)) {
    const kept = post.appliedTagIds?.filter((id) => known.has(id));
    if (kept === undefined || kept.length === post.appliedTagIds?.length) continue;
    core.world.channels.set(post.id, { ...post, appliedTagIds: kept });
  }
}
