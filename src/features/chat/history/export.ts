import { mapInBatches } from '../../../kernel/batches.ts';
import type { Json, JsonObject } from '../../../kernel/json.ts';
import type { OutgoingFile, VaultReader } from '../../../sdk/index.ts';
import { decryptQuestion } from '../chat.ts';
import type { Needs } from '../chat.ts';
import type { ExchangeRow } from '../turns/store.ts';
import type { AnswerFileRow } from '../view/answer-file-store.ts';
import { decryptFile } from '../view/answer-files.ts';
import { decryptSpeaker } from '../view/voice.ts';
import { collect } from './collect.ts';
import type { ExportBudget } from './collect.ts';
import { turnsOf } from './export-store.ts';
import type { ExportedTurn } from './export-store.ts';
import { decryptAmbient } from './ambient.ts';
import { countExchanges, latestExchanges } from './store.ts';
import { ambientOf } from './ambient-store.ts';

/**
 * Everything that is stored about a person: what they asked, with every version of the answer, and their ambient
 * messages; each with its time (ISO 8601, UTC), place and messages in Discord.
 */
export async function exportOf(
  context: Needs<'db' | 'discord' | 'vault'>,
  userId: string,
  budget: ExportBudget,
): Promise<JsonObject> {
  const { db } = context;
  const read = context.vault.reader(db);
  const nameOf = channelNames(context);
  const exchanges = await collect(
    budget,
    (range) => turnsOf(db, userId, range),
    (turn) => exportedTurn(read, turn, nameOf),
  );
  const ambientMessages = await collect(
    budget,
    (range) => ambientOf(db, userId, range),
    async (row) => {
      const said = await decryptAmbient(read, row);
      const channelName = await nameOf(row.channel_id);
      const { channel_id: channelId, message_id: messageId } = row;
      return said && { at: row.said_at.toISOString(), channelId, channelName, messageId, text: said.text };
    },
  );
  return { exchanges, ambientMessages };
}

type NameOf = (channelId: string) => Promise<string | null>;

/** More than so many are not asked for: each that is unknown may cost a request to Discord. */
const mostNamed = 100;

/** The names of channels, of a thread that of its channel; null for direct messages, and for what can't be found. */
function channelNames({ discord: { cache } }: Needs<'discord'>): NameOf {
  const names = new Map<string, Promise<string | null>>();
  const find = async (channelId: string): Promise<string | null> => {
    const channel = await cache.channel(channelId);
    const named = channel?.name == null && channel?.parentId != null ? await cache.channel(channel.parentId) : channel;
    return named?.name ?? null;
  };
  return (channelId) => {
    const known = names.get(channelId);
    if (known) return known;
    const name = names.size < mostNamed ? find(channelId).catch(() => null) : Promise.resolve(null);
    names.set(channelId, name);
    return name;
  };
}

async function exportedTurn(
  read: VaultReader,
  { question: row, versions, files, speaker }: ExportedTurn,
  nameOf: NameOf,
): Promise<JsonObject | null> {
  const question = await decryptQuestion(read, row);
  if (!question) return null;
  const answers = await Promise.all(
    versions.map(
      async ({ id, version, state, error_code: error, model_id: model, finished_at: finishedAt, ciphertext }) => ({
        version,
        state,
        ...(error === null ? {} : { error }),
        isShown: id === row.shown_id,
        model,
        at: finishedAt?.toISOString() ?? null,
        text: ciphertext && (await read(row.author_id, id, ciphertext)),
        ...(await exportedFiles(
          read,
          row.author_id,
          files.filter((file) => file.answer_id === id),
        )),
      }),
    ),
  );
  return {
    at: row.asked_at.toISOString(),
    ...(row.edited_at === null ? {} : { editedAt: row.edited_at.toISOString() }),
    guildId: row.guild_id,
    channelId: row.channel_id,
    channelName: await nameOf(row.channel_id),
    messageId: row.message_id,
    question: question.text,
    files: question.attachments.map(({ filename }) => filename),
    answerMessageIds: row.parts,
    ...(speaker && { answeredAs: (await decryptSpeaker(read, row, speaker))?.name ?? null }),
    answers,
  };
}

/** Nothing for an answer without files. */
async function exportedFiles(
  read: VaultReader,
  authorId: string,
  rows: readonly AnswerFileRow[],
): Promise<{ files?: Json[] }> {
  const made = await Promise.all(rows.map((row) => decryptFile(read, authorId, row)));
  const files = made.flatMap((file): Json[] =>
    file ? [{ name: file.name, type: file.mediaType, sizeBytes: file.sizeBytes }] : [],
  );
  return files.length === 0 ? {} : { files };
}

/** More than a conversation can keep. */
const mostRows = 1000;
const pageRows = 50;
/** Below the 10 MiB that Discord takes of a file, with room for what surrounds it on its way. */
const fileBytes = 9 * 1024 * 1024;

export const exportFormats = ['markdown', 'json'] as const;
export type ExportFormat = (typeof exportFormats)[number];

interface Entry {
  askedAt: string;
  asker: { id: string; name: string };
  question: string;
  attachments: string[];
  answer: string | null;
}

type Of = Parameters<typeof latestExchanges>[1];

/**
 * A conversation, or one person's part in it, as a file, oldest first; the oldest exchanges are left out when all of them
 * are too large for Discord. Undefined when there are none.
 */
export async function exportConversation(
  context: Needs<'db' | 'vault'>,
  of: Of,
  format: ExportFormat,
): Promise<{ file: OutgoingFile; count: number; left: number } | undefined> {
  const { name, contentType, write, join, around } = formats[format];
  const written: string[] = [];
  let bytes = around.join('').length;
  let isFull = false;
  for (let offset = 0; !isFull && offset < mostRows; offset += pageRows) {
    const rows = await latestExchanges(context.db, of, { offset, limit: pageRows });
    for (const entry of await entriesOf(context, rows)) {
      const text = write(entry);
      bytes += Buffer.byteLength(text) + join.length;
      isFull = isFull || (bytes > fileBytes && written.length > 0);
      if (!isFull) written.push(text);
    }
    if (rows.length < pageRows) break;
  }
  if (written.length === 0) return undefined;
  const [before, after] = around;
  const data = Buffer.from(`${before}${written.reverse().join(join)}${after}`, 'utf8');
  const left = isFull ? (await countExchanges(context.db, of)) - written.length : 0;
  return { file: { name, contentType, data }, count: written.length, left };
}

interface Format {
  name: string;
  contentType: string;
  write(entry: Entry): string;
  join: string;
  around: readonly [before: string, after: string];
}

const formats: Readonly<Record<ExportFormat, Format>> = {
  markdown: {
    name: 'conversation.md',
    contentType: 'text/markdown; charset=utf-8',
    write: section,
    join: '\n---\n\n',
    around: ['', ''],
  },
  json: {
    name: 'conversation.json',
    contentType: 'application/json',
    write: (entry) => `  ${JSON.stringify(entry, null, 2).replaceAll('\n', '\n  ')}`,
    join: ',\n',
    around: ['[\n', '\n]\n'],
  },
};

function section({ askedAt, asker, question, attachments, answer }: Entry): string {
  const files = attachments.map((name) => `- ${name}\n`).join('');
  return `## ${asker.name}, ${askedAt}\n\n${question}\n\n${files === '' ? '' : `${files}\n`}### ↳\n\n${answer ?? '–'}\n`;
}

/** In the order of the rows, without those of people who were forgotten. */
async function entriesOf(context: Needs<'db' | 'vault'>, rows: readonly ExchangeRow[]): Promise<Entry[]> {
  const read = context.vault.reader(context.db);
  const entries = await mapInBatches(rows, async ({ question: row, answer }): Promise<Entry | null> => {
    const question = await decryptQuestion(read, row);
    if (!question) return null;
    return {
      askedAt: row.asked_at.toISOString(),
      asker: { id: row.author_id, name: question.name },
      question: question.text,
      attachments: question.attachments.map(({ filename }) => filename),
      answer: answer?.ciphertext ? await read(row.author_id, answer.id, answer.ciphertext) : null,
    };
  });
  return entries.filter((entry) => entry !== null);
}
