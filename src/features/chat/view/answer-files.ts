import { VendorError } from '../../../kernel/errors.ts';
import type { Db, OutgoingFile, Tx, VaultReader } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import type { Notice } from '../notice.ts';
import type { AnswerRow, QuestionRow } from '../turns/store.ts';
import { filesOf } from './answer-file-store.ts';
import type { AnswerFileRow } from './answer-file-store.ts';

/** What is known of a file that came with an answer. */
export interface FileFacts {
  name: string;
  mediaType: string;
  description?: string;
  spoiler?: boolean;
}

export interface MadeFile extends FileFacts {
  /** Of the file, in `context.files`. */
  id: string;
  sizeBytes: number;
}

const contextOf = (answerId: string) => `${answerId}/file`;

/** Null when the asker's data was deleted: the file is theirs as the answer is. */
export function encryptFacts(
  { vault }: Needs<'vault'>,
  tx: Tx,
  { answer, row }: { answer: Pick<AnswerRow, 'id'>; row: Pick<QuestionRow, 'author_id'> },
  facts: FileFacts,
): Promise<Buffer | null> {
  return vault.encryptIfKnown(tx, row.author_id, contextOf(answer.id), JSON.stringify(facts));
}

/** Undefined when the asker's data was deleted. */
export async function decryptFile(
  read: VaultReader,
  authorId: string,
  row: AnswerFileRow,
): Promise<MadeFile | undefined> {
  const text = await read(authorId, contextOf(row.answer_id), row.ciphertext);
  return text === null ? undefined : { ...(JSON.parse(text) as FileFacts), id: row.id, sizeBytes: row.size_bytes };
}

/** The files of answers, by answer, without those of people whose data was deleted. */
export async function filesMade(
  db: Db,
  read: VaultReader,
  answers: readonly { id: string; authorId: string }[],
): Promise<Map<string, MadeFile[]>> {
  const authors = new Map(answers.map(({ id, authorId }) => [id, authorId]));
  const made = new Map<string, MadeFile[]>();
  for (const row of await filesOf(db, [...authors.keys()])) {
    const file = await decryptFile(read, authors.get(row.answer_id) ?? '', row);
    if (file) made.set(row.answer_id, [...(made.get(row.answer_id) ?? []), file]);
  }
  return made;
}

/** For a model: what came with an answer. Names and descriptions are on one line, whoever chose them. */
export const filesInWords = (files: readonly FileFacts[]): string =>
  files
    .map(({ name, mediaType, description = '' }) => {
      const about = description.replaceAll(/\s+/g, ' ').trim();
      return `${name} (${mediaType}${about === '' ? '' : `: ${about}`})`;
    })
    .join(', ');

/** The files of an answer in memory, as its messages show them. */
export interface LoadedFiles {
  files: readonly (OutgoingFile & { id: string })[];
  /** What people should know of those that cannot be had. */
  notices: readonly Notice[];
  release(): void;
}

/** In memory twice while they are sent: themselves, and in the body of the request. */
const sendingFactor = 2;

/** Waits until the process has room for the files. The caller releases them. */
export async function loadAnswerFiles(
  { db, vault, files: store, fileBytes }: Needs<'db' | 'fileBytes' | 'files' | 'vault'>,
  { answer, question }: { answer: Pick<AnswerRow, 'id'>; question: Pick<QuestionRow, 'author_id'> },
): Promise<LoadedFiles> {
  const rows = await filesOf(db, [answer.id]);
  if (rows.length === 0) return { files: [], notices: [], release: () => {} };
  const read = vault.reader(db);
  const bytes = rows.reduce((sum, row) => sum + row.size_bytes, 0) * sendingFactor;
  const lease = await fileBytes.acquire(Math.min(bytes, fileBytes.totalBytes));
  try {
    const files: LoadedFiles['files'][number][] = [];
    const notices: Notice[] = [];
    for (const row of rows) {
      const facts = await decryptFile(read, question.author_id, row);
      if (!facts) continue;
      const found = await store.read(row.id).catch(unlessAway(row));
      if (found === 'away') notices.push({ key: 'notices.file-away', data: { file: facts.name } });
      else if (found) files.push({ ...outgoing(facts, found.bytes), ...keptAs(row) });
      else notices.push({ key: 'notices.file-gone', data: { file: facts.name } });
    }
    return { files, notices, release: () => lease.release() };
  } catch (error) {
    lease.release();
    throw error;
  }
}

/** An answer doesn't wait for its files. Only what a message has already must not be lost by an edit without it. */
const unlessAway =
  ({ attachment_id: attachmentId }: AnswerFileRow) =>
  (error: unknown): 'away' => {
    if (attachmentId === null && error instanceof VendorError && error.code === 'files/away') return 'away';
    throw error;
  };

const outgoing = (
  { id, name, mediaType, description, spoiler }: MadeFile,
  data: Uint8Array,
): LoadedFiles['files'][number] => ({
  ...{ id, name, data },
  contentType: mediaType.startsWith('text/') ? `${mediaType}; charset=utf-8` : mediaType,
  ...(description === undefined ? {} : { description }),
  ...(spoiler === undefined ? {} : { spoiler }),
});

const keptAs = ({ attachment_id: attachmentId }: AnswerFileRow) => (attachmentId === null ? {} : { attachmentId });
