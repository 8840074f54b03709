import type { APIReaction } from 'discord-api-types/v10';
import { Icon } from '../../shared/icons.tsx';
import { formatRelative } from '../../shared/format-time.ts';
import { useNow } from '../../shared/use-now.ts';
import { emojiAddress, toPageAddress } from '../client/addresses.ts';
import { useClientState } from '../context.tsx';
import { decodeContent } from '../composer/content.ts';
import { isSpoiler } from '../messages/spoiler.ts';
import { UserAvatar } from '../messages/user-avatar.tsx';
import type { Channel, Message } from '../state/model.ts';
import { formatRoute } from '../state/route.ts';
import { displayName, isUnread } from '../state/select.ts';
import { snowflakeTimeMs } from '../state/snowflake.ts';
import { isPinned, tagsOf } from './posts.ts';
import { TagList } from './tag-label.tsx';
import styles from './forum.module.css';

interface PostCardProps {
  readonly post: Channel;
  readonly forum: Channel;
}

/** A post in its forum's list: what it is about, who began it, and how lively it is. */
export function PostCard({ post, forum }: PostCardProps) {
  const starter = useClientState((state) => state.starters[post.id]);
  const unread = useClientState((state) => isUnread(state, post));
  return (
    <a
      className={styles.card}
      href={formatRoute({ guildId: post.guildId, channelId: post.id })}
      data-testid="post"
      data-unread={unread || undefined}
    >
      <div className={styles.cardText}>
        <TagList tags={tagsOf(forum, post)} />
        <h3>
          {isPinned(post) ? <Icon name="pin" size={15} /> : null}
          {post.thread?.locked === true ? <Icon name="lock" size={15} /> : null}
          <span>{post.name}</span>
          {unread ? <span className={styles.new}>new</span> : null}
        </h3>
        <Opening post={post} starter={starter} />
        <Figures post={post} starter={starter} />
      </div>
      <Thumbnail starter={starter} />
    </a>
  );
}

function Opening({ post, starter }: { readonly post: Channel; readonly starter: Message | null | undefined }) {
  const ownerId = starter?.author.id ?? post.thread?.ownerId ?? null;
  const name = useClientState((state) => (ownerId === null ? 'someone' : displayName(state, ownerId, post.guildId)));
  const user = useClientState((state) => state.users[ownerId ?? '']);
  const text = useClientState((state) => openingText(decodeContent(state, post.guildId, starter?.content ?? '')));
  const files = starter?.attachments.length ?? 0;
  return (
    <p className={styles.opening}>
      {user === undefined ? null : <UserAvatar user={user} guildId={post.guildId} size={20} />}
      <b>{name}</b>
      {starter === null ? <em>The first message was deleted.</em> : null}
      <span>{text === '' && files > 0 ? `${files} ${files === 1 ? 'file' : 'files'}` : text}</span>
    </p>
  );
}

/** The start of a message as one line, without the marks of its Markdown. */
export function openingText(content: string): string {
  return content
    .slice(0, 400)
    .replaceAll(/```[\w+#.-]*\n?|[*_~`|]{1,3}|^#{1,3} |^>{1,3} /gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function Figures({ post, starter }: { readonly post: Channel; readonly starter: Message | null | undefined }) {
  const nowMs = useNow(30_000);
  const count = post.thread?.messageCount ?? 0;
  const activeMs = snowflakeTimeMs(post.lastMessageId ?? post.id);
  return (
    <div className={styles.figures}>
      {(starter?.reactions ?? []).slice(0, 4).map((reaction) => (
        <ReactionFigure key={reaction.emoji.id ?? reaction.emoji.name} reaction={reaction} />
      ))}
      <span>
        <Icon name="forum" size={15} />
        {count} <span className="visually-hidden">{count === 1 ? 'answer' : 'answers'}</span>
      </span>
      <span>{formatRelative(Math.min(0, activeMs - nowMs))}</span>
      {post.thread?.archived === true ? <span>archived</span> : null}
    </div>
  );
}

function ReactionFigure({ reaction }: { readonly reaction: APIReaction }) {
  const { emoji, count } = reaction;
  return (
    <span className={styles.reaction} data-mine={reaction.me || undefined}>
      {emoji.id === null ? (
        emoji.name
      ) : (
        <img src={emojiAddress(emoji.id, emoji.animated ?? false)} alt={emoji.name ?? ''} />
      )}
      {count}
    </span>
  );
}

function Thumbnail({ starter }: { readonly starter: Message | null | undefined }) {
  const picture = starter?.attachments.find(
    (entry) => entry.content_type?.startsWith('image/') === true && entry.content_type !== 'image/svg+xml',
  );
  if (picture === undefined || isSpoiler(picture)) return null;
  return (
    <img
      className={styles.thumbnail}
      src={toPageAddress(picture.url, location.origin)}
      alt={picture.description ?? ''}
      loading="lazy"
    />
  );
}
