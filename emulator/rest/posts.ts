import { ChannelType, PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Caller, Core, MessageContext, MessageInput, StoredChannel, UploadedFile } from '../contract.ts';
import { integer, parseForm, text } from '../forms.ts';
import { channelObject } from '../serialise/channel.ts';
import { announceChannel, storeThread } from '../threads.ts';
import { may, requireIn } from './access.ts';
import { appliedTags, checkedTags } from './post-settings.ts';
import { requireThreadSlowmodeOver } from './slowmode.ts';
import { autoArchiveMinutes, DEFAULT_AUTO_ARCHIVE_MINUTES } from './thread-settings.ts';

const postForm = z.object({
  name: text(1, 100),
  auto_archive_duration: autoArchiveMinutes.nullish(),
  rate_limit_per_user: integer(0, 21_600).nullish(),
  applied_tags: appliedTags.nullish(),
  message: z.record(z.string(), z.unknown()),
});

/** Starts a post in a forum: a thread, and its first message under the thread's own id. */
export function startPost(
  core: Core,
  caller: Caller,
  forum: StoredChannel,
  body: unknown,
  files: readonly UploadedFile[],
): Record<string, unknown> {
  const form = parseForm(postForm, body);
  const input = form.message as MessageInput;
  const hasEmbeds = Array.isArray(input.embeds) && input.embeds.length > 0 && caller.kind === 'bot';
  requireIn(
    core,
    caller,
    forum,
    PermissionFlagsBits.SendMessages |
      (files.length > 0 ? PermissionFlagsBits.AttachFiles : 0n) |
      (hasEmbeds ? PermissionFlagsBits.EmbedLinks : 0n),
  );
  const moderates = may(core, caller, forum, PermissionFlagsBits.ManageThreads);
  const appliedTagIds = checkedTags(forum, form.applied_tags ?? [], [], moderates);
  requireThreadSlowmodeOver(core, caller, forum);
  const userId = caller.user.id;
  const { post, message } = createPost(core, forum, {
    fields: {
      ...{ name: form.name, ownerId: userId, memberIds: [userId], appliedTagIds },
      autoArchiveMinutes: form.auto_archive_duration ?? DEFAULT_AUTO_ARCHIVE_MINUTES,
      rateLimitPerUser: form.rate_limit_per_user ?? null,
    },
    author: { authorId: userId },
    input,
    files,
  });
  return { ...channelObject(core.world, post, userId), message: core.messages.serialise(message, userId) };
}

interface PostDraft {
  fields: Omit<Parameters<typeof storeThread>[2], 'id' | 'type'>;
  author: Pick<MessageContext, 'authorId' | 'webhook'>;
  input: MessageInput;
  files: readonly UploadedFile[];
}

/** A post whose first message is refused leaves nothing behind. THREAD_CREATE goes out before MESSAGE_CREATE. */
export function createPost(
  core: Core,
  forum: StoredChannel,
  { fields, author, input, files }: PostDraft,
): { post: StoredChannel; message: ReturnType<Core['messages']['create']> } {
  const { world } = core;
  const first = { ...input };
  delete first.message_reference;
  const id = world.snowflake();
  const post = storeThread(core, forum, { ...fields, id, type: ChannelType.PublicThread });
  try {
    const message = core.messages.create(
      {
        ...{ channelId: id, id, ...author },
        beforeAnnouncing: () => {
          world.channels.set(forum.id, Object.assign(forum, { lastMessageId: id }));
          announceChannel(core, 'THREAD_CREATE', post, { newly_created: true });
        },
      },
      first,
      files,
    );
    return { post, message };
  } catch (error) {
    world.channels.delete(id);
    throw error;
  }
}
