import type { JsonObject } from '../../../kernel/json.ts';
import type { OutgoingFile } from '../../../sdk/index.ts';
import { openExchanges, openQuestion } from '../chat.ts';
import type { ChatContext } from '../chat.ts';
import { questionsOf } from '../store.ts';
import { openHeard } from './hear.ts';
import { heardOf, latestExchanges } from './store.ts';

/** Everything that is stored about a person: what they asked, with what was answered, and what was heard of them. */
export async function exportOf(context: ChatContext, userId: string): Promise<JsonObject> {
  const read = context.vault.reader(context.db);
  const exchanges = await openExchanges(read, await questionsOf(context.db, userId));
  const heard = await Promise.all(
    (await heardOf(context.db, userId)).map(async (row) => {
      const said = await openHeard(read, row);
      return said && { at: row.said_at.toISOString(), channelId: row.channel_id, text: said.text };
    }),
  );
  return {
    exchanges: exchanges.map(({ question, answer }) => ({ question, answer })),
    heard: heard.filter((one) => one !== null),
  };
}

/** More than a conversation can keep. */
const everything = { offset: 0, limit: 1000 };
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

/**
 * A conversation, or one person's part in it, as a file, oldest first; the oldest exchanges are left out when all of them
 * are too large for Discord. Undefined when there are none.
 */
export async function exportConversation(
  context: ChatContext,
  of: { channelId: string; authorId?: string },
  format: ExportFormat,
): Promise<{ file: OutgoingFile; count: number; left: number } | undefined> {
  const entries = await entriesOf(context, of);
  const bytesOf = (from: number) => Buffer.from(write[format](entries.slice(from)), 'utf8');
  let from = 0;
  let data = bytesOf(from);
  while (data.length > fileBytes && from < entries.length - 1) {
    from += Math.ceil((entries.length - from) / 8);
    data = bytesOf(from);
  }
  if (entries.length === 0) return undefined;
  const look = looks[format];
  return { file: { ...look, data }, count: entries.length - from, left: from };
}

const looks: Readonly<Record<ExportFormat, Pick<OutgoingFile, 'name'> & { contentType: string }>> = {
  markdown: { name: 'conversation.md', contentType: 'text/markdown; charset=utf-8' },
  json: { name: 'conversation.json', contentType: 'application/json' },
};

const write: Readonly<Record<ExportFormat, (entries: readonly Entry[]) => string>> = {
  json: (entries) => `${JSON.stringify(entries, null, 2)}\n`,
  markdown: (entries) => entries.map(section).join('\n---\n\n'),
};

function section({ askedAt, asker, question, attachments, answer }: Entry): string {
  const files = attachments.map((name) => `- ${name}\n`).join('');
  return `## ${asker.name}, ${askedAt}\n\n${question}\n\n${files === '' ? '' : `${files}\n`}### ↳\n\n${answer ?? '–'}\n`;
}

async function entriesOf(context: ChatContext, of: { channelId: string; authorId?: string }): Promise<Entry[]> {
  const read = context.vault.reader(context.db);
  const rows = await latestExchanges(context.db, of, everything);
  const entries = await Promise.all(
    rows.reverse().map(async ({ question: row, answer }): Promise<Entry | null> => {
      const question = await openQuestion(read, row);
      if (!question) return null;
      return {
        askedAt: row.asked_at.toISOString(),
        asker: { id: row.author_id, name: question.name },
        question: question.text,
        attachments: question.attachments.map(({ filename }) => filename),
        answer: answer?.sealed ? await read(row.author_id, answer.id, answer.sealed) : null,
      };
    }),
  );
  return entries.filter((entry) => entry !== null);
}
