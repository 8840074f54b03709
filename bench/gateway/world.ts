import { ApplicationFlags, ChannelType, GatewayIntentBits, PermissionFlagsBits } from 'discord-api-types/v10';

/** How large the servers are in which the clients are measured. */
export interface WorldSize {
  guilds: number;
  messages: number;
}

const rolesPerGuild = 20;
const channelsPerGuild = 30;
/** Those in voice channels: of the others a bot without the presence intent is not told. */
const membersPerGuild = 5;
/** Who writes in a guild, each about five of a hundred messages. */
const authorsPerGuild = 20;

export const bot = { id: snowflake(1), username: 'Familiar', discriminator: '0001', avatar: null, bot: true };
/** What every client asks for; the same as the bot's features want. */
export const intents =
  GatewayIntentBits.Guilds |
  GatewayIntentBits.GuildMessages |
  GatewayIntentBits.DirectMessages |
  GatewayIntentBits.MessageContent;

export const application = {
  id: bot.id,
  name: bot.username,
  description: '',
  icon: null,
  bot_public: true,
  bot_require_code_grant: false,
  flags: ApplicationFlags.GatewayMessageContentLimited,
  verify_key: '0'.repeat(64),
  bot,
};

type Json = Record<string, unknown>;

/** The id of the thing number `index`, made in 2025 or later as today's ids are. */
function snowflake(index: number): string {
  const madeMs = Date.UTC(2025, 0, 1) + index;
  return String((BigInt(madeMs - Date.UTC(2015, 0, 1)) << 22n) | BigInt(index % 4096));
}

// Ids of one kind lie in a range of their own; a guild's things follow each other.
const guildId = (guild: number) => snowflake(1_000_000 + guild);
const roleId = (guild: number, role: number) =>
  role === 0 ? guildId(guild) : snowflake(10_000_000 + guild * rolesPerGuild + role);
const channelId = (guild: number, channel: number) => snowflake(20_000_000 + guild * channelsPerGuild + channel);
const userId = (user: number) => snowflake(30_000_000 + user);
const messageId = (message: number) => snowflake(40_000_000 + message);

export function readyData(size: WorldSize, gatewayUrl: string, sessionId: string): Json {
  return {
    v: 10,
    user: { ...bot, flags: 0, verified: true, email: null, mfa_enabled: true },
    guilds: Array.from({ length: size.guilds }, (_, guild) => ({ id: guildId(guild), unavailable: true })),
    session_id: sessionId,
    session_type: 'normal',
    resume_gateway_url: gatewayUrl,
    shard: [0, 1],
    private_channels: [],
    relationships: [],
    presences: [],
    guild_join_requests: [],
    application: { id: application.id, flags: application.flags },
  };
}

/** What is the same in most guilds. */
const usualGuild = {
  description: null,
  splash: null,
  discovery_splash: null,
  banner: null,
  home_header: null,
  features: ['COMMUNITY', 'NEWS', 'SOUNDBOARD'],
  application_id: null,
  region: 'deprecated',
  afk_channel_id: null,
  afk_timeout: 300,
  system_channel_flags: 0,
  widget_enabled: false,
  widget_channel_id: null,
  verification_level: 1,
  default_message_notifications: 1,
  mfa_level: 0,
  explicit_content_filter: 2,
  max_presences: null,
  max_members: 500_000,
  max_video_channel_users: 25,
  max_stage_video_channel_users: 50,
  vanity_url_code: null,
  premium_tier: 0,
  premium_subscription_count: 3,
  premium_progress_bar_enabled: false,
  preferred_locale: 'en-US',
  safety_alerts_channel_id: null,
  nsfw: false,
  nsfw_level: 0,
  incidents_data: null,
};

export function guildData(guild: number): Json {
  return {
    ...usualGuild,
    id: guildId(guild),
    name: `Server number ${guild} of friends`,
    icon: hash(guild),
    owner_id: userId(authorOf(guild, 0)),
    system_channel_id: channelId(guild, 1),
    rules_channel_id: channelId(guild, 1),
    public_updates_channel_id: channelId(guild, 2),
    joined_at: '2025-03-01T12:00:00.000000+00:00',
    large: true,
    unavailable: false,
    member_count: 400,
    roles: Array.from({ length: rolesPerGuild }, (_, role) => roleData(guild, role)),
    channels: Array.from({ length: channelsPerGuild }, (_, channel) => channelData(guild, channel)),
    members: [
      { ...memberData(guild, 0), user: bot },
      ...Array.from({ length: membersPerGuild }, (_, author) => ({
        ...memberData(guild, author),
        user: userData(authorOf(guild, author)),
      })),
    ],
    emojis: [],
    stickers: [],
    threads: [],
    voice_states: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}

function roleData(guild: number, role: number): Json {
  return {
    id: roleId(guild, role),
    name: role === 0 ? '@everyone' : `Role ${role}`,
    description: null,
    permissions: String(PermissionFlagsBits.ViewChannel | PermissionFlagsBits.SendMessages | (BigInt(role) << 30n)),
    position: role,
    color: role * 4099,
    colors: { primary_color: role * 4099, secondary_color: null, tertiary_color: null },
    hoist: role % 4 === 0,
    managed: false,
    mentionable: role % 3 === 0,
    icon: null,
    unicode_emoji: null,
    flags: 0,
  };
}

/** Every seventh channel is a category; two of three have overwrites. */
function channelData(guild: number, channel: number): Json {
  const isCategory = channel % 7 === 0;
  const isVoice = channel % 7 === 6;
  const overwrites = channel % 3 === 0 ? [] : [1, 2, 3].slice(0, 1 + (channel % 3));
  return {
    id: channelId(guild, channel),
    type: isCategory ? ChannelType.GuildCategory : isVoice ? ChannelType.GuildVoice : ChannelType.GuildText,
    name: `channel-${channel}`,
    position: channel,
    flags: 0,
    parent_id: isCategory ? null : channelId(guild, channel - (channel % 7)),
    permission_overwrites: overwrites.map((role) => ({
      id: roleId(guild, role),
      type: 0,
      allow: String(PermissionFlagsBits.AttachFiles),
      deny: String(PermissionFlagsBits.MentionEveryone),
    })),
    ...(isCategory
      ? {}
      : {
          topic: isVoice ? null : 'What we talk about here, and what we do not',
          nsfw: false,
          rate_limit_per_user: 0,
          last_message_id: messageId(guild),
        }),
    ...(isVoice ? { bitrate: 64_000, user_limit: 0, rtc_region: null } : {}),
  };
}

/** People are in several guilds: every second author of a guild is also one of the next. */
function authorOf(guild: number, author: number): number {
  return guild * (authorsPerGuild / 2) + author;
}

function userData(user: number): Json {
  return {
    id: userId(user),
    username: `person_${user}`,
    discriminator: '0',
    global_name: `Person ${user}`,
    avatar: hash(user),
    avatar_decoration_data: null,
    collectibles: null,
    primary_guild: null,
    clan: null,
    public_flags: 0,
  };
}

function memberData(guild: number, author: number): Json {
  return {
    roles: [1, 2, 3].map((step) => roleId(guild, 1 + ((author * step) % (rolesPerGuild - 1)))),
    nick: author % 4 === 0 ? `Nick ${author}` : null,
    avatar: null,
    banner: null,
    joined_at: '2025-05-17T09:41:03.271000+00:00',
    premium_since: null,
    communication_disabled_until: null,
    pending: false,
    flags: 0,
    mute: false,
    deaf: false,
  };
}

/**
 * The message number `index`. Guilds write by turns, their authors and channels too; every eighth message is a reply,
 * every twentieth has a picture, every thirtieth an embedded link.
 */
export function messageData(size: WorldSize, index: number): Json {
  const guild = (index * 7919) % size.guilds;
  const turn = Math.floor(index / size.guilds);
  const author = (turn * 13 + guild) % authorsPerGuild;
  const channel = 1 + ((turn * 5 + guild) % 5);
  const place = { guild, channel, author };
  const isReply = index % 8 === 0 && index > 0;
  return {
    ...plainMessage(index, place),
    type: isReply ? 19 : 0,
    attachments: index % 20 === 0 ? [attachmentData(index, place)] : [],
    embeds: index % 30 === 0 ? [embedData(index)] : [],
    ...(isReply ? replyData(index, { ...place, author: (author + 1) % authorsPerGuild }) : {}),
    guild_id: guildId(guild),
    member: memberData(guild, author),
    nonce: messageId(index + 1),
  };
}

interface Place {
  guild: number;
  channel: number;
  author: number;
}

function plainMessage(index: number, { guild, channel, author }: Place): Json {
  return {
    id: messageId(index),
    channel_id: channelId(guild, channel),
    channel_type: ChannelType.GuildText,
    content: text(index),
    author: userData(authorOf(guild, author)),
    timestamp: new Date(Date.UTC(2025, 0, 1) + 40_000_000 + index).toISOString(),
    edited_timestamp: null,
    tts: false,
    flags: 0,
    pinned: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    components: [],
  };
}

function replyData(index: number, place: Place): Json {
  const answered = {
    ...plainMessage(index - 1, place),
    id: messageId(100_000_000 + index),
    type: 0,
    attachments: [],
    embeds: [],
  };
  return {
    message_reference: {
      type: 0,
      message_id: answered.id,
      channel_id: channelId(place.guild, place.channel),
      guild_id: guildId(place.guild),
    },
    referenced_message: answered,
    mentions: [{ ...userData(authorOf(place.guild, place.author)), member: memberData(place.guild, place.author) }],
  };
}

function attachmentData(index: number, { guild, channel }: Place): Json {
  const id = messageId(200_000_000 + index);
  const path = `attachments/${channelId(guild, channel)}/${id}/picture.png?ex=${hash(index)}&is=0&hm=${hash(index)}`;
  return {
    id,
    filename: 'picture.png',
    size: 312_554,
    url: `https://cdn.discordapp.com/${path}`,
    proxy_url: `https://media.discordapp.net/${path}`,
    width: 1280,
    height: 720,
    content_type: 'image/png',
    placeholder: 'xxcKDIIHh3iHeHeHh4d3d4h3d3B3',
    placeholder_version: 1,
  };
}

function embedData(index: number): Json {
  return {
    type: 'article',
    url: `https://example.org/articles/${index}`,
    title: 'An article that somebody found',
    description: text(index * 3),
    provider: { name: 'Example' },
    thumbnail: { url: `https://example.org/${index}.png`, width: 640, height: 360, flags: 0 },
  };
}

const words =
  'so I was thinking about what you said yesterday and honestly it makes sense now lol we should try the new build ' +
  'tonight if everyone is around maybe after nine does that work for you';
const wordList = words.split(' ');

/** Mostly short, as people write: 1 to 12 words, and every tenth up to 60. */
function text(index: number): string {
  const length = 1 + (index % 10 === 9 ? (index * 31) % 60 : (index * 7) % 12);
  return Array.from({ length }, (_, place) => wordList[(index + place * 3) % wordList.length]).join(' ');
}

const hash = (seed: number): string => (seed * 2_654_435_761).toString(16).padStart(16, '0').repeat(2);
