import { type ClipboardEvent, type DragEvent, type FormEvent, useRef, useState } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { encodeContent } from '../composer/content.ts';
import { FileTray } from '../composer/file-tray.tsx';
import { useClient, useClientState } from '../context.tsx';
import { type Channel, ChannelFlag } from '../state/model.ts';
import { allows, Permission } from '../state/permissions.ts';
import { ownPermissions } from '../state/select.ts';
import { useActions } from '../use-actions.ts';
import { postProblem } from './posts.ts';
import { TagChoice } from './tag-label.tsx';
import styles from './forum.module.css';

const mostTags = 5;

interface NewPostProps {
  readonly forum: Channel;
  readonly onDone: () => void;
}

/** The form for a post: title, tags, text and files. What was written stays when the server refuses it. */
export function NewPost({ forum, onDone }: NewPostProps) {
  const [name, setName] = useState('');
  const [content, setContent] = useState('');
  const [tagIds, setTagIds] = useState<readonly string[]>([]);
  const [files, setFiles] = useState<readonly File[]>([]);
  const { problem, busy, send, clear } = useSendPost(forum);
  const add = (added: Iterable<File>): void => setFiles((known) => [...known, ...added].slice(0, 10));
  const onFiles = (event: ClipboardEvent | DragEvent): void => {
    const dropped = 'clipboardData' in event ? event.clipboardData.files : event.dataTransfer.files;
    if (dropped.length === 0) return;
    event.preventDefault();
    add(dropped);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void send({ name: name.trim(), content, tagIds, files });
  };
  return (
    <form
      className={styles.newPost}
      aria-label="New post"
      onSubmit={submit}
      onChange={clear}
      onPaste={onFiles}
      onDrop={onFiles}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && name === '' && content === '' && files.length === 0) onDone();
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
      }}
    >
      <input
        value={name}
        maxLength={100}
        placeholder="Title"
        aria-label="Title"
        autoFocus
        onChange={(event) => setName(event.target.value)}
      />
      <textarea
        value={content}
        rows={4}
        placeholder="What is it about?"
        aria-label="Message"
        onChange={(event) => setContent(event.target.value)}
      />
      <FileTray files={files} onChange={setFiles} />
      <PostTags forum={forum} chosen={tagIds} onChange={setTagIds} />
      {problem === null ? null : (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      )}
      <FormEnd busy={busy} onFiles={add} onCancel={onDone} />
    </form>
  );
}

interface FormEndProps {
  readonly busy: boolean;
  readonly onFiles: (files: Iterable<File>) => void;
  readonly onCancel: () => void;
}

function FormEnd({ busy, onFiles, onCancel }: FormEndProps) {
  return (
    <div className={styles.formEnd}>
      <AddFiles onChoose={onFiles} />
      <button type="button" onClick={onCancel}>
        Cancel
      </button>
      <button type="submit" className={styles.primary} disabled={busy}>
        Post
      </button>
    </div>
  );
}

interface PostTagsProps {
  readonly forum: Channel;
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

function PostTags({ forum, chosen, onChange }: PostTagsProps) {
  const mayModerate = useClientState((state) => allows(ownPermissions(state, forum), Permission.manageThreads));
  const tags = forum.forum?.tags ?? [];
  if (tags.length === 0) return null;
  const full = chosen.length >= mostTags;
  const closed = tags.filter((tag) => (tag.moderated && !mayModerate) || (full && !chosen.includes(tag.id)));
  return (
    <>
      <p className={styles.tagNote}>Tags{(forum.flags & ChannelFlag.requireTag) === 0 ? '' : ' (at least one)'}</p>
      <TagChoice label="Tags" tags={tags} chosen={chosen} closed={closed.map((tag) => tag.id)} onChange={onChange} />
    </>
  );
}

function AddFiles({ onChoose }: { readonly onChoose: (files: Iterable<File>) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className={styles.addFiles} onClick={() => input.current?.click()}>
        <Icon name="plus" size={16} /> Add files
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          onChoose([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </>
  );
}

interface Draft {
  readonly name: string;
  readonly content: string;
  readonly tagIds: readonly string[];
  readonly files: readonly File[];
}

/** Sends the post and opens it, or says why it was refused. */
function useSendPost(forum: Channel) {
  const client = useClient();
  const actions = useActions();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async (draft: Draft): Promise<void> => {
    const content = encodeContent(client.store.getState(), forum.guildId, draft.content).trim();
    const wrong = postProblem(forum, { ...draft, content, files: draft.files.length, tags: draft.tagIds.length });
    setProblem(wrong);
    if (wrong !== null) return;
    setBusy(true);
    try {
      actions.openChannel(await client.createPost(forum.id, { ...draft, content }));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'It could not be posted.');
      setBusy(false);
    }
  };
  return { problem, busy, send, clear: () => setProblem(null) };
}
