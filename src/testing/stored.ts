import type { APIMessage } from 'discord-api-types/v10';
import { sql } from 'kysely';
import type { Person } from '../../emulator/testing/person.ts';
import type { Json } from '../kernel/json.ts';
import type { TestBot } from './bot.ts';

type Stored = Pick<TestBot, 'database'>;

/** Every row of every table as text, by table; bytes as the UTF-8 that they may be. What a thief of the database can read. */
export async function wholeDatabase({ database }: Stored): Promise<Map<string, string>> {
  const { db } = database.postgres;
  const tables = await db.introspection.getTables();
  const read = async (name: string) => {
    const { rows } = await sql`SELECT * FROM ${sql.table(name)}`.execute(db);
    return [name, JSON.stringify(rows, readable)] as const;
  };
  return new Map(await Promise.all(tables.map(({ name }) => read(name))));
}

/** The tables that contain these words anywhere, sorted. */
export async function tablesWith(bot: Stored, words: string): Promise<string[]> {
  const written = JSON.stringify(words).slice(1, -1);
  const found = [...(await wholeDatabase(bot))].filter(([, text]) => text.includes(written));
  return found.map(([name]) => name).toSorted();
}

/** JSON calls `toJSON` of a Buffer first. */
function readable(this: unknown, key: string, value: unknown): unknown {
  const before = (this as Record<string, unknown>)[key];
  return Buffer.isBuffer(before) ? before.toString('utf8') : value;
}

/** What a feature exports for a person who asks for everything that is stored about them. */
export async function exportedBy(bot: Pick<TestBot, 'app'>, feature: string, person: Person): Promise<Json> {
  const parts = bot.app.features.find(({ definition }) => definition.name === feature)?.parts;
  if (!parts?.exportUser) throw new Error(`The feature ${feature} exports nothing.`);
  return parts.exportUser(person.user.id);
}

export interface StoredTurn {
  channelId: string;
  messageId: string | null;
  question: string;
  /** The messages that show the answer. */
  answerMessageIds: string[];
  /** When the question was edited since. */
  editedAt?: string;
  /** Every version, oldest first. */
  answers: { state: string; error?: string; isShown: boolean; text: string | null }[];
}

interface StoredMessage {
  channelId: string;
  text: string;
}

export interface StoredChat {
  exchanges: StoredTurn[];
  ambientMessages: StoredMessage[];
}

/** What chat stores of a channel, as it exports it to the people who wrote it, by default to all four; oldest first. */
export async function storedChat(bot: TestBot, channelId: string, people = everybody(bot)): Promise<StoredChat> {
  const exports = await Promise.all(people.map((person) => exportedBy(bot, 'chat', person)));
  const all = exports as unknown as StoredChat[];
  const isThere = (one: { channelId: string }) => one.channelId === channelId;
  return {
    exchanges: all.flatMap(({ exchanges }) => exchanges.filter(isThere)),
    ambientMessages: all.flatMap(({ ambientMessages }) => ambientMessages.filter(isThere)),
  };
}

/** What is stored of the question that somebody asked with this message. */
export async function storedTurn(bot: TestBot, asked: APIMessage): Promise<StoredTurn | undefined> {
  const { exchanges } = await storedChat(bot, asked.channel_id);
  return exchanges.find(({ messageId }) => messageId === asked.id);
}

const everybody = ({ olivia, milo, alice, bob }: TestBot): readonly Person[] => [olivia, milo, alice, bob];

/** How many jobs a queue holds in a state, by the bot's metrics. */
export async function jobCount(
  { app }: Pick<TestBot, 'app'>,
  state: 'waiting' | 'active' | 'dead',
  queue = 'text',
): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${app.port}/metrics`);
  const line = new RegExp(`^familiar_jobs\\{queue="${queue}",state="${state}"\\} (\\d+)$`, 'm');
  return Number(line.exec(await response.text())?.[1] ?? NaN);
}
