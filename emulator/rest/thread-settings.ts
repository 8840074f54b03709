import { PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Caller, Core, StoredChannel } from '../contract.ts';
import { discordError } from '../errors.ts';
import { integer, parseForm, text } from '../forms.ts';
import { announceChannel } from '../threads.ts';
import { may } from './access.ts';
import { appliedTags, changedPost } from './post-settings.ts';

export const DEFAULT_AUTO_ARCHIVE_MINUTES = 4320;

export const autoArchiveMinutes = z.preprocess(
  (value) => (typeof value === 'string' ? Number(value) : value),
  z.literal([60, 1440, 4320, 10_080]),
);

const editForm = z.object({
  name: text(1, 100).optional(),
  archived: z.boolean().optional(),
  locked: z.boolean().optional(),
  invitable: z.boolean().optional(),
  auto_archive_duration: autoArchiveMinutes.optional(),
  rate_limit_per_user: integer(0, 21_600).nullish(),
  flags: integer(0, 2 ** 31 - 1).nullish(),
  applied_tags: appliedTags.nullish(),
});

/**
 * Changes a thread. Its owner may rename, archive, tag and set how long it stays open; locking, pinning and slowmode
 * need MANAGE_THREADS; who may write may wake an archived thread that is not locked.
 */
export function editThread(core: Core, caller: Caller, channel: StoredChannel, body: unknown): void {
  const { thread } = channel;
  if (thread === null) throw discordError('wrongChannelType');
  const form = parseForm(editForm, body);
  const manages = may(core, caller, channel, PermissionFlagsBits.ManageThreads);
  const isOwner = thread.ownerId === caller.user.id;
  const onlyWakes = Object.keys(form).length === 1 && form.archived === false && !thread.locked;
  const mayWrite = may(core, caller, channel, PermissionFlagsBits.SendMessagesInThreads);
  const changesFlags = form.flags != null || form.rate_limit_per_user !== undefined;
  const needsManaging = form.locked !== undefined || changesFlags || thread.locked;
  if (!manages && !(onlyWakes && mayWrite) && !(isOwner && !needsManaging)) throw discordError('missingPermissions');
  if (thread.archived && form.archived !== false) throw discordError('archivedThread');
  const post = changedPost(core, channel, form, manages);
  if (form.archived !== undefined && form.archived !== thread.archived) {
    thread.archived = form.archived;
    thread.archiveTimestamp = new Date(core.clock.now()).toISOString();
  }
  thread.locked = form.locked ?? thread.locked;
  thread.invitable = form.invitable ?? thread.invitable;
  thread.autoArchiveMinutes = form.auto_archive_duration ?? thread.autoArchiveMinutes;
  channel.name = form.name ?? channel.name;
  if (form.rate_limit_per_user !== undefined) channel.rateLimitPerUser = form.rate_limit_per_user ?? 0;
  Object.assign(channel, post);
  core.world.channels.set(channel.id, channel);
  announceChannel(core, 'THREAD_UPDATE', channel);
}
