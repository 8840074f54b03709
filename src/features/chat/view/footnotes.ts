import type { Db, VaultReader } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import type { Notice } from '../notice.ts';
import type { AnswerRow, QuestionRow } from '../turns/store.ts';

/** What a reader is told below an answer; kept with each version, so that paging back shows what was shown first. */
export interface Footnotes {
  notices: readonly Notice[];
  /** Explains a failure in place of the text of its code. */
  said?: string;
}

type Of = { answer: Pick<AnswerRow, 'id'>; row: Pick<QuestionRow, 'author_id'> };

const contextOf = ({ id }: Pick<AnswerRow, 'id'>) => `${id}/footnotes`;

/** Null when there is nothing to keep, or the asker's data was deleted. They name files and quote limits, so they are the asker's as the answer is. */
export async function encryptFootnotes(
  { db, vault }: { db: Db } & Needs<'vault'>,
  { answer, row }: Of,
  { notices, said }: Footnotes,
): Promise<Buffer | null> {
  if (notices.length === 0 && said === undefined) return null;
  return vault.encryptIfKnown(db, row.author_id, contextOf(answer), JSON.stringify({ notices, said }));
}

/** None when there are none, or the asker's data was deleted. */
export async function decryptFootnotes(
  read: VaultReader,
  { author_id: authorId }: Pick<QuestionRow, 'author_id'>,
  answer: Pick<AnswerRow, 'id' | 'footnotes_ciphertext'>,
): Promise<Footnotes> {
  const { footnotes_ciphertext: ciphertext } = answer;
  const text = ciphertext && (await read(authorId, contextOf(answer), ciphertext));
  return text ? (JSON.parse(text) as Footnotes) : { notices: [] };
}
