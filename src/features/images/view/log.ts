import { VendorError } from '../../../kernel/errors.ts';
import type { KeptImage } from '../work/kept.ts';
import type { DrawTask } from '../work/task.ts';
import { quoted } from './caption.ts';

interface Logged {
  channelId: string;
  messageId: string;
  kept: readonly KeptImage[];
}

/** Copies an image into the channel that moderators have for that. What is private is not copied. Never rejects. */
export async function logImage(
  { context, row, request }: DrawTask,
  { channelId, messageId, kept }: Logged,
): Promise<void> {
  if (row.guild_id === null || request.private) return;
  const { logChannel } = context.settings.peek({ guildId: row.guild_id, channelId: row.channel_id });
  if (logChannel === '' || logChannel === channelId) return;
  const link = `https://discord.com/channels/${row.guild_id}/${channelId}/${messageId}`;
  const prompt = quoted(request.prompt);
  const content = context.texts.in(undefined)('logged', { user: row.author_id, prompt, model: row.model_id, link });
  const files = kept.map(({ image }, index) => ({
    name: `image-${index + 1}.${image.contentType.slice('image/'.length)}`,
    contentType: image.contentType,
    data: image.bytes,
    spoiler: true,
  }));
  try {
    await context.discord.actions.send(
      logChannel,
      { content, files },
      { key: `images/logged/${row.id}`, urgency: 'reply' },
    );
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    context.logger.warn({ error, logChannel }, 'An image could not be copied to the log channel.');
  }
}
