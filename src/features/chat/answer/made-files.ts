import { UserError } from '../../../kernel/errors.ts';
import { kindOf } from '../../../kernel/file-kind.ts';
import { safeFileName } from '../../../kernel/file-name.ts';
import { trustedMediaType } from '../../../kernel/media-type.ts';
import type { AnswerFile, Tx } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import type { Notice } from '../notice.ts';
import { sizeText } from '../prompt/question-files.ts';
import type { AnswerRow, QuestionRow } from '../turns/store.ts';
import { filesOf, insertFile, lockAnswer } from '../view/answer-file-store.ts';
import { encryptFacts, filesMade } from '../view/answer-files.ts';
import type { FileFacts, MadeFile } from '../view/answer-files.ts';

const mebibyte = 1024 * 1024;
/** Of an answer, from its tools and the steps before it is stored; and once more from the steps after it is shown. */
const mostFiles = 10;
/** Of an answer: with their copies in a request, its files leave room for others in the process's budget. */
export const mostBytes = 20 * mebibyte;
const longestDescription = 1024;

/** What made files, and in which try. */
export const sources = {
  tool: ({ id, tries }: { id: string; tries: number }) => `tool/${tries}/${id}`,
  before: ({ tries }: Pick<AnswerRow, 'tries'>, step = '') => `before/${tries}/${step}`,
  after: (tries: number, step: string) => `after/${tries}/${step}`,
};

/** What an answer has room for. */
export interface Room {
  files: number;
  bytes: number;
  /** Of one file. */
  fileBytes: number;
  /** Names that are taken. */
  names: readonly string[];
}

interface Accepted extends FileFacts {
  bytes: Uint8Array;
}

interface Checked {
  accepted: Accepted[];
  /** Names of those that are left out, and why. */
  left: string[];
  notices: Notice[];
}

/** What of the files an answer can have, with safe names, each with the type of its bytes. */
export function checkFiles(files: readonly AnswerFile[], room: Room): Checked {
  const checked: Checked = { accepted: [], left: [], notices: [] };
  let over = 0;
  let leftBytes = room.bytes;
  for (const { name: wanted, bytes, mediaType: claimed, description = '', spoiler } of files) {
    const mediaType = typeOf(bytes, claimed);
    const taken = [...room.names, ...checked.accepted.map(({ name }) => name)];
    const name = unlike(taken, safeFileName(wanted, bytes, mediaType));
    const about = description.trim().slice(0, longestDescription);
    const refuse = (key: string, limitBytes = 0) => {
      checked.left.push(name);
      checked.notices.push({ key, data: { file: name, limit: sizeText(limitBytes) } });
    };
    if (bytes.length === 0) refuse('notices.file-empty');
    else if (checked.accepted.length >= room.files) {
      checked.left.push(name);
      over += 1;
    } else if (bytes.length > room.fileBytes) refuse('notices.file-large', room.fileBytes);
    else if (bytes.length > leftBytes) refuse('notices.files-large', mostBytes);
    else {
      leftBytes -= bytes.length;
      checked.accepted.push({
        ...{ name, bytes, mediaType },
        ...(about === '' ? {} : { description: about }),
        ...(spoiler === undefined ? {} : { spoiler }),
      });
    }
  }
  if (over > 0) checked.notices.push({ key: 'notices.files-over', data: { count: over, limit: mostFiles } });
  return checked;
}

const unknownType = 'application/octet-stream';
/** Such files are texts. */
const textTypes = /^text\/|[/+](?:json|xml)$/;

/** As `trustedMediaType`; and a text is one whatever is claimed, as nothing else is. */
function typeOf(bytes: Uint8Array, claimed: string | undefined): string {
  const type = trustedMediaType(bytes, claimed);
  const isText = kindOf(bytes).kind === 'text';
  if (type === unknownType) return isText ? 'text/plain' : type;
  return textTypes.test(type) && !isText ? unknownType : type;
}

/** `cat.png`, `cat-2.png`, … */
function unlike(taken: readonly string[], name: string): string {
  const dot = name.lastIndexOf('.');
  for (let count = 1; ; count += 1) {
    const tried = count === 1 ? name : `${name.slice(0, dot)}-${count}${name.slice(dot)}`;
    if (!taken.includes(tried)) return tried;
  }
}

export interface KeptFiles {
  files: MadeFile[];
  left: string[];
  notices: Notice[];
}

interface Made {
  answer: Pick<AnswerRow, 'id'>;
  row: Pick<QuestionRow, 'author_id' | 'channel_id'>;
  /** As `sources` name it. */
  source: string;
  files: readonly AnswerFile[];
}

type Context = Needs<'db' | 'discord' | 'fileBytes' | 'files' | 'transaction' | 'vault'>;

/**
 * Stores what a tool or a step made for an answer, in one transaction with what `alongside` stores. None is kept of an answer
 * that was removed. What cannot be kept is said in the notices, never thrown.
 */
export async function keepFiles(
  context: Context,
  made: Made,
  alongside: (tx: Tx, kept: KeptFiles) => Promise<unknown> = () => Promise.resolve(),
): Promise<KeptFiles> {
  const lease = context.fileBytes.add(made.files.reduce((sum, { bytes }) => sum + bytes.length, 0));
  try {
    const checked = checkFiles(made.files, await roomOf(context, made));
    let { accepted } = checked;
    const { left, notices } = checked;
    for (;;) {
      try {
        return await context.transaction(async (tx) => {
          const kept = { files: await storeAll(context, tx, made, accepted), left, notices };
          await alongside(tx, kept);
          return kept;
        });
      } catch (error) {
        if (!(error instanceof NotStored)) throw error;
        accepted = accepted.filter((file) => file !== error.file);
        left.push(error.file.name);
        notices.push(error.notice);
      }
    }
  } finally {
    lease.release();
  }
}

async function roomOf({ db, discord, vault }: Context, { answer, row, source }: Made): Promise<Room> {
  const [all, fileBytes, named] = await Promise.all([
    filesOf(db, [answer.id]),
    discord.cache.uploadLimit(row.channel_id),
    filesMade(db, vault.reader(db), [{ id: answer.id, authorId: row.author_id }]),
  ]);
  const isAfter = (one: string) => one.startsWith('after/');
  return {
    files: mostFiles - all.filter((file) => isAfter(file.source) === isAfter(source)).length,
    bytes: mostBytes - all.reduce((sum, file) => sum + file.size_bytes, 0),
    fileBytes,
    names: (named.get(answer.id) ?? []).map(({ name }) => name),
  };
}

/** There is no room for a file, its owner has too many, it is larger than the settings allow, or the store doesn't work. */
class NotStored extends Error {
  readonly file: Accepted;
  readonly notice: Notice;

  constructor(file: Accepted, cause: UserError) {
    super(`A file of an answer could not be stored: ${cause.code}`, { cause });
    this.file = file;
    this.notice =
      cause.code === 'files.too-large'
        ? { key: 'notices.file-large', data: { file: file.name, limit: `${String(cause.data['most'])} MB` } }
        : { key: cause.code === 'files.away' ? 'notices.file-away' : 'notices.file-full', data: { file: file.name } };
  }
}

async function storeAll(context: Context, tx: Tx, made: Made, accepted: readonly Accepted[]): Promise<MadeFile[]> {
  const { answer, row, source } = made;
  const stored: MadeFile[] = [];
  for (const file of accepted) {
    const { bytes, ...facts } = file;
    // Locks the key before the answer, as deleting a person's data does.
    const ciphertext = await encryptFacts(context, tx, made, facts);
    if (!ciphertext || !(await lockAnswer(tx, answer.id))) return [];
    const owner = { kind: 'user', id: row.author_id } as const;
    const put = context.files.put(tx, { owner, kind: 'answer', bytes, mime: facts.mediaType });
    const { id, sizeBytes } = await put.catch((error: unknown) => {
      throw error instanceof UserError ? new NotStored(file, error) : error;
    });
    await insertFile(tx, { id, answer_id: answer.id, source, ciphertext });
    stored.push({ ...facts, id, sizeBytes });
  }
  return stored;
}
