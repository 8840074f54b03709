import { useEffect, useMemo, useState } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { useClient, useClientState } from '../context.tsx';
import { useArchived } from '../messages/use-archived.ts';
import { useReading } from '../messages/use-reading.ts';
import type { Channel } from '../state/model.ts';
import { allows, Permission } from '../state/permissions.ts';
import { ownPermissions } from '../state/select.ts';
import { NewPost } from './new-post.tsx';
import { PostCard } from './post-card.tsx';
import { forumPosts, type PostOrder } from './posts.ts';
import { TagChoice } from './tag-label.tsx';
import styles from './forum.module.css';

/** A forum: its posts as cards, by tag and activity, and the way to begin one. */
export function ForumView({ channel }: { readonly channel: Channel }) {
  const [writing, setWriting] = useState(false);
  const [tagIds, setTagIds] = useState<readonly string[]>([]);
  const [order, setOrder] = useState<PostOrder>(channel.forum?.sortBy ?? 'activity');
  const mayPost = useClientState((state) => allows(ownPermissions(state, channel), Permission.sendMessages));
  const channels = useClientState((state) => state.channels);
  const posts = useMemo(() => forumPosts(channels, channel.id, tagIds, order), [channels, channel.id, tagIds, order]);
  const problem = useArchived(channel.id);
  useStarters(posts);
  useReading(channel, true);
  return (
    <div className={styles.forum}>
      <div className={styles.inner}>
        {channel.topic === null ? null : <p className={styles.guidelines}>{channel.topic}</p>}
        {writing ? (
          <NewPost forum={channel} onDone={() => setWriting(false)} />
        ) : (
          <Controls order={order} mayPost={mayPost} onOrder={setOrder} onWrite={() => setWriting(true)} />
        )}
        {writing ? null : (
          <TagChoice label="Show posts with" tags={channel.forum?.tags ?? []} chosen={tagIds} onChange={setTagIds} />
        )}
        {posts.length === 0 ? (
          <Empty filtered={tagIds.length > 0} problem={problem} mayPost={mayPost} onClear={() => setTagIds([])} />
        ) : (
          <ul className={styles.posts} data-layout={channel.forum?.layout} aria-label={`Posts in ${channel.name}`}>
            {posts.map((post) => (
              <li key={post.id}>
                <PostCard post={post} forum={channel} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

/** Loads the first message of each post that is shown. */
function useStarters(posts: readonly Channel[]): void {
  const client = useClient();
  const ready = useClientState((state) => state.connection.phase === 'ready');
  const ids = posts.map((post) => post.id).join(' ');
  useEffect(() => {
    if (ready && ids !== '') void client.loadStarters(ids.split(' '));
  }, [client, ready, ids]);
}

interface ControlsProps {
  readonly order: PostOrder;
  readonly mayPost: boolean;
  readonly onOrder: (order: PostOrder) => void;
  readonly onWrite: () => void;
}

function Controls({ order, mayPost, onOrder, onWrite }: ControlsProps) {
  return (
    <div className={styles.controls}>
      <label>
        Sort by{' '}
        <select value={order} onChange={(event) => onOrder(event.target.value as PostOrder)}>
          <option value="activity">Recent activity</option>
          <option value="creation">Date posted</option>
        </select>
      </label>
      {mayPost ? (
        <button type="button" className={styles.primary} onClick={onWrite}>
          <Icon name="plus" size={16} /> New post
        </button>
      ) : (
        <span className={styles.closed}>
          <Icon name="lock" size={15} /> You may read here, but not post.
        </span>
      )}
    </div>
  );
}

interface EmptyProps {
  readonly filtered: boolean;
  readonly problem: string | null;
  readonly mayPost: boolean;
  readonly onClear: () => void;
}

function Empty({ filtered, problem, mayPost, onClear }: EmptyProps) {
  return (
    <div className={styles.empty}>
      <span className={styles.emptyIcon}>
        <Icon name="forum" size={30} />
      </span>
      <h2>{filtered ? 'No post has these tags' : 'No posts yet'}</h2>
      <p>
        {problem ??
          (filtered ? 'Choose fewer tags to see more.' : mayPost ? 'Write the first one.' : 'Nobody has posted here.')}
      </p>
      {filtered ? (
        <button type="button" onClick={onClear}>
          Show all posts
        </button>
      ) : null}
    </div>
  );
}
