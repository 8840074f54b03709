import type { ClientState } from '../state/client-state.ts';
import { type Channel, ChannelFlag, type ForumTag } from '../state/model.ts';
import { compareSnowflakes } from '../state/snowflake.ts';

export type PostOrder = 'activity' | 'creation';

/** The posts of a forum that bear all the chosen tags: pinned ones first, then the open ones, then the archived. */
export function forumPosts(
  channels: ClientState['channels'],
  forumId: string,
  tagIds: readonly string[],
  order: PostOrder,
): readonly Channel[] {
  const at = (post: Channel): string => (order === 'activity' ? (post.lastMessageId ?? post.id) : post.id);
  const rank = (post: Channel): number => (isPinned(post) ? 0 : post.thread?.archived === true ? 2 : 1);
  return Object.values(channels)
    .filter((channel) => channel.thread !== null && channel.parentId === forumId)
    .filter((post) => tagIds.every((id) => post.thread?.tagIds.includes(id)))
    .sort((a, b) => rank(a) - rank(b) || compareSnowflakes(at(b), at(a)));
}

export function isPinned(post: Channel): boolean {
  return (post.flags & ChannelFlag.pinned) !== 0;
}

/** The post's tags, in the order of the forum's. */
export function tagsOf(forum: Channel | undefined, post: Channel): readonly ForumTag[] {
  const ids = post.thread?.tagIds ?? [];
  return (forum?.forum?.tags ?? []).filter((tag) => ids.includes(tag.id));
}

/** Why a post cannot be sent as it is; null when it can. */
export function postProblem(
  forum: Channel,
  post: { readonly name: string; readonly content: string; readonly files: number; readonly tags: number },
): string | null {
  if (post.name.trim() === '') return 'Give the post a title.';
  if (post.content.trim() === '' && post.files === 0) return 'Write something, or add a file.';
  if (post.content.length > 2000) return `The text is ${post.content.length - 2000} characters too long.`;
  const needsTag = (forum.flags & ChannelFlag.requireTag) !== 0;
  if (needsTag && post.tags === 0) return 'Posts in this forum need a tag.';
  return null;
}
