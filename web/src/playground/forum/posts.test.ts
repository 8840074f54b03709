import { describe, expect, it } from 'vitest';
import { toChannel, type RawChannel } from '../state/normalize.ts';
import { forumPosts, postProblem, tagsOf } from './posts.ts';

const forum = toChannel(
  {
    id: '1',
    type: 15,
    name: 'help',
    available_tags: [
      { id: '91', name: 'question', emoji_name: '❓' },
      { id: '92', name: 'solved' },
    ],
  },
  'g',
);

function post(id: string, lastMessageId: string, change: Partial<RawChannel> = {}) {
  return toChannel(
    {
      id,
      type: 11,
      name: `post ${id}`,
      parent_id: '1',
      last_message_id: lastMessageId,
      thread_metadata: { archived: false },
      ...change,
    },
    'g',
  );
}

const posts = [
  post('10', '30', { applied_tags: ['91'] }),
  post('11', '40', { applied_tags: ['92', '91'] }),
  post('12', '50', { thread_metadata: { archived: true } }),
  post('13', '13', { flags: 2 }),
];
const channels = Object.fromEntries([forum, ...posts].map((channel) => [channel.id, channel]));
const ids = (tags: readonly string[], order: 'activity' | 'creation') =>
  forumPosts(channels, '1', tags, order).map((entry) => entry.id);

describe('a forum’s posts', () => {
  it('come pinned first, then by activity, archived last', () => {
    expect(ids([], 'activity')).toEqual(['13', '11', '10', '12']);
    expect(ids([], 'creation')).toEqual(['13', '11', '10', '12']);
  });

  it('are filtered by every chosen tag', () => {
    expect(ids(['91'], 'activity')).toEqual(['11', '10']);
    expect(ids(['91', '92'], 'activity')).toEqual(['11']);
    expect(ids(['93'], 'activity')).toEqual([]);
  });

  it('show their tags in the forum’s order', () => {
    expect(tagsOf(forum, posts[1] ?? forum).map((tag) => tag.name)).toEqual(['question', 'solved']);
    expect(tagsOf(undefined, posts[1] ?? forum)).toEqual([]);
  });

  it('need a title, something said, and a tag where the forum wants one', () => {
    const good = { name: 'Hi', content: 'text', files: 0, tags: 0 };
    expect(postProblem(forum, good)).toBeNull();
    expect(postProblem(forum, { ...good, name: ' ' })).toMatch(/title/);
    expect(postProblem(forum, { ...good, content: '' })).toMatch(/Write/);
    expect(postProblem(forum, { ...good, content: '', files: 1 })).toBeNull();
    expect(postProblem(forum, { ...good, content: 'x'.repeat(2003) })).toMatch(/3 characters too long/);
    expect(postProblem({ ...forum, flags: 16 }, good)).toMatch(/need a tag/);
    expect(postProblem({ ...forum, flags: 16 }, { ...good, tags: 1 })).toBeNull();
  });
});
