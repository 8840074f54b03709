import { mapInBatches } from '../../../kernel/batches.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { OutgoingFile } from '../../../sdk/index.ts';
import { openExchange, openQuestion } from '../chat.ts';
import type { ChatContext } from '../chat.ts';
import { questionsOf } from '../turns/store.ts';
import type { ExchangeRow } from '../turns/store.ts';
import { collect } from './collect.ts';
import type { ExportBudget } from './collect.ts';
import { openHeard } from './hear.ts';
import { countExchanges, heardOf, latestExchanges } from './store.ts';

/** Everything that is stored about a person: what they asked, with what was answered, and what was heard of them. */
export async function exportOf(context: ChatContext, userId: string, budget: ExportBudget): Promise<JsonObject> {
  const { db } = context;
  const read = context.vault.reader(db);
  const exchanges = await collect(
    budget,
    (range) => questionsOf(db, userId, range),
    async (row) => {
      const exchange = await openExchange(read, row);
      return exchange && { question: exchange.question, answer: exchange.answer };
    },
  );
  const heard = await collect(
    budget,
    (range) => heardOf(db, userId, range),
    async (row) => {
      const said = await openHeard(read, row);
      return said && { at: row.said_at.toISOString(), channelId: row.channel_id, text: said.text };
    },
  );
  return { exchanges, heard };
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
  context: ChatContext,
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
async function entriesOf(context: ChatContext, rows: readonly ExchangeRow[]): Promise<Entry[]> {
  const read = context.vault.reader(context.db);
  const entries = await mapInBatches(rows, async ({ question: row, answer }): Promise<Entry | null> => {
    const question = await openQuestion(read, row);
    if (!question) return null;
    return {
      askedAt: row.asked_at.toISOString(),
      asker: { id: row.author_id, name: question.name },
      question: question.text,
      attachments: question.attachments.map(({ filename }) => filename),
      answer: answer?.sealed ? await read(row.author_id, answer.id, answer.sealed) : null,
    };
  });
  return entries.filter((entry) => entry !== null);
}
