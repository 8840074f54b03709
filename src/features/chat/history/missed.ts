import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { VendorError } from '../../../kernel/errors.ts';
import { compareSnowflakes } from '../../../kernel/snowflake.ts';
import { isOwn } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { placeDeleted, removeMessages } from './deletions.ts';
import { changeMessage } from './edits.ts';
import { conversingSince, knownMessages } from './store.ts';

/** What is older has long left what a model is sent. */
const lookedBackMs = 24 * 60 * 60 * 1000;
const mostConversations = 500;
/** As many as Discord gives at once. */
const readAtOnce = 100;
const unknownChannel = 'discord/10003';

/** Has conversations looked through for what Discord did not tell after a time: what was edited and deleted. */
export async function lookThrough(context: Needs<'db' | 'jobs'>, sinceMs: number): Promise<void> {
  const places = await conversingSince(context.db, new Date(sinceMs - lookedBackMs), mostConversations);
  for (const { channel_id: channelId, guild_id: guildId } of places) {
    await context.jobs.enqueue(context.db, { queue: 'text', name: 'missed', payload: { channelId, guildId, sinceMs } });
  }
}

/** Compares what is known of a conversation with the latest messages of its channel. */
export async function findMissed(
  context: Needs<
    'clock' | 'db' | 'discord' | 'events' | 'jobs' | 'settings' | 'spending' | 'texts' | 'transaction' | 'vault'
  >,
  { channelId, guildId, sinceMs }: { channelId: string; guildId: string | null; sinceMs: number },
): Promise<void> {
  if (guildId !== null && !(await mayLook(context, channelId))) return;
  // Before Discord is asked: what is written while it answers is not missing.
  const known = await knownMessages(context.db, channelId);
  const messages = await latestMessages(context, channelId);
  if (!messages) return;
  const there = new Set(messages.map(({ id }) => id));
  const oldest = messages.length < readAtOnce ? '0' : (messages.at(-1)?.id ?? '0');
  const missing = known.filter((id) => !there.has(id) && compareSnowflakes(id, oldest) > 0);
  if (missing.length > 0) await removeMessages(context, channelId, missing);
  for (const message of messages) {
    const editedMs = Date.parse(message.edited_timestamp ?? '');
    if (isOwn(message, context.discord.self) || !(editedMs >= sinceMs)) continue;
    await changeMessage(context, { ...message, ...(guildId === null ? {} : { guild_id: guildId }) });
  }
}

/** To a bot that may not read the history, a channel looks empty. */
async function mayLook({ discord: { cache } }: Needs<'discord'>, channelId: string): Promise<boolean> {
  const needed = PermissionFlagsBits.ViewChannel | PermissionFlagsBits.ReadMessageHistory;
  return ((await cache.selfPermissions(channelId)) & needed) === needed;
}

/** Undefined when they cannot be had; a channel that is gone takes its conversation along. */
async function latestMessages(
  context: Needs<'discord' | 'events' | 'jobs' | 'spending' | 'transaction'>,
  channelId: string,
): Promise<APIMessage[] | undefined> {
  try {
    return await context.discord.actions.messages(channelId, { limit: readAtOnce });
  } catch (error) {
    if (!(error instanceof VendorError) || error.retryable) throw error;
    if (error.code === unknownChannel) await placeDeleted(context, { channelId });
    return undefined;
  }
}
