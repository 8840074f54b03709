import { ChannelFlags } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Core, StoredChannel } from '../contract.ts';
import { discordError, FormErrors } from '../errors.ts';
import { snowflake } from '../forms.ts';
import { FORUM_LIMITS, forumOf, isForum, isPinned, requiresTag } from '../forums.ts';

export const appliedTags = z.array(snowflake).max(FORUM_LIMITS.appliedTags);

/**
 * The tags that a post gets. Throws for tags that the forum does not have, for moderated ones that a member without
 * MANAGE_THREADS gives or takes, and for none at all where one is required.
 */
export function checkedTags(
  forum: StoredChannel,
  wanted: readonly string[],
  before: readonly string[],
  maySetModerated: boolean,
): string[] {
  const { tags } = forumOf(forum);
  const errors = new FormErrors();
  wanted.forEach((id, index) => {
    if (tags.some((tag) => tag.id === id)) return;
    const message = `Value must be one of {${tags.map((tag) => tag.id).join(', ')}}.`;
    errors.add(['applied_tags', index], 'BASE_TYPE_CHOICES', message);
  });
  errors.throwIfAny();
  const changed = tags.filter(({ id }) => wanted.includes(id) !== before.includes(id));
  if (!maySetModerated && changed.some(({ moderated }) => moderated)) throw discordError('missingPermissions');
  if (wanted.length === 0 && requiresTag(forum)) {
    if (!maySetModerated && tags.every(({ moderated }) => moderated)) throw discordError('noFreeTags');
    if (tags.length > 0) throw discordError('tagRequired');
  }
  return [...new Set(wanted)];
}

interface PostForm {
  flags?: number | null | undefined;
  applied_tags?: string[] | null | undefined;
}

/** The tags and the pin of a thread that a form changes; 50024 for threads outside of forums, which have neither. */
export function changedPost(
  core: Core,
  post: StoredChannel,
  form: PostForm,
  maySetModerated: boolean,
): Pick<StoredChannel, 'flags' | 'appliedTagIds'> {
  const forum = core.world.channels.get(post.parentId ?? '');
  const wantsPin = ((form.flags ?? 0) & ChannelFlags.Pinned) !== 0;
  if (forum === undefined || !isForum(forum)) {
    if (wantsPin || form.applied_tags?.length) throw discordError('wrongChannelType');
    return {};
  }
  if (wantsPin && !isPinned(post)) {
    const pinned = core.world.threadsOf(forum.id).filter(isPinned);
    if (pinned.length >= FORUM_LIMITS.pinnedPosts) throw discordError('maximumPinnedPosts');
  }
  return {
    ...(form.flags == null ? {} : { flags: wantsPin ? ChannelFlags.Pinned : 0 }),
    ...(form.applied_tags == null
      ? {}
      : { appliedTagIds: checkedTags(forum, form.applied_tags, post.appliedTagIds ?? [], maySetModerated) }),
  };
}
