import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { APIMessage, GatewayMessageCreateDispatchData } from 'discord-api-types/v10';
import { VendorError } from '../../../kernel/errors.ts';
import { compareSnowflakes, snowflakeTime } from '../../../kernel/snowflake.ts';
import { isOwn } from '../../../sdk/index.ts';
import type { Tx, VaultReader } from '../../../sdk/index.ts';
import { findSelf, selfAs } from '../intake/claim.ts';
import type { Needs } from '../chat.ts';
import { isAddressed, readSaid, spoken } from '../intake/read-message.ts';
import type { Question, Self } from '../intake/read-message.ts';
import type { QuestionRow } from '../turns/store.ts';
import { isSaid, onOneLine, seenAs } from '../intake/visible.ts';
import type { ConversingChannels } from './channels.ts';
import { askedIn, isBackfilled, setBackfilled } from './store.ts';
import { deleteAmbientOf, ambientBefore, insertAmbient, setAmbient } from './ambient-store.ts';
import type { AmbientRow } from './ambient-store.ts';
import type { AmbientLine } from '../prompt/interleave.ts';

/** Older messages of a channel are no part of what its people talk about now. */
const backfilledMs = 24 * 60 * 60 * 1000;
/** As many as Discord gives at once. */
const readAtOnce = 100;

type Said = Parameters<typeof isSaid>[0] & Parameters<typeof isOwn>[0];

/**
 * Whether a message is part of what goes on in its channel: of people and of other bots, for people talk about what those
 * write. What a thread hangs on is told with every question there.
 */
const isAmbient = (context: Needs<'discord'>, message: Said): boolean =>
  !isOwn(message, context.discord.self) && isSaid(message) && seenAs(message) === message;

const contextOf = (messageId: string) => `heard/${messageId}`;

type Claim = (message: GatewayMessageCreateDispatchData) => boolean | Promise<boolean>;

/** Claims as `claim` does, and keeps what no feature claims as ambient messages. */
export function claimOrKeepAmbient(
  context: Needs<'clock' | 'discord' | 'privacy' | 'settings' | 'transaction' | 'vault'>,
  channels: ConversingChannels,
  claim: Claim,
): Claim {
  const settle = (claimed: boolean, message: GatewayMessageCreateDispatchData): boolean | Promise<boolean> => {
    if (claimed) channels.begun(message.channel_id);
    const kept = claimed ? undefined : keepAmbient(context, channels, message);
    return kept ? kept.then(() => false) : claimed;
  };
  return (message) => {
    const claimed = claim(message);
    return typeof claimed === 'boolean' ? settle(claimed, message) : claimed.then((it) => settle(it, message));
  };
}

/** Keeps messages of other bots, which are offered to no claim. */
export function keepAmbientOfBot(
  context: Needs<'clock' | 'discord' | 'privacy' | 'settings' | 'transaction' | 'vault'>,
  channels: ConversingChannels,
  message: GatewayMessageCreateDispatchData,
): Promise<void> | undefined {
  return message.author.bot === true || message.webhook_id !== undefined
    ? keepAmbient(context, channels, message)
    : undefined;
}

/** Keeps what people say to each other where the bot converses. Nothing is returned when there is nothing to wait for. */
function keepAmbient(
  context: Needs<'clock' | 'discord' | 'privacy' | 'settings' | 'transaction' | 'vault'>,
  channels: ConversingChannels,
  message: GatewayMessageCreateDispatchData,
): Promise<void> | undefined {
  const { guild_id: guildId, channel_id: channelId } = message;
  if (guildId === undefined || !isAmbient(context, message)) return undefined;
  const { heardKept } = context.settings.peek({ guildId, channelId });
  const conversing = heardKept > 0 && channels.has(channelId);
  if (conversing === false) return undefined;
  return keep(context, message, { guildId, heardKept, conversing });
}

async function keep(
  context: Needs<'clock' | 'discord' | 'privacy' | 'transaction' | 'vault'>,
  message: GatewayMessageCreateDispatchData,
  where: { guildId: string; heardKept: number; conversing: true | Promise<boolean> },
): Promise<void> {
  if (!(await where.conversing)) return;
  const { id, channel_id: channelId, author } = message;
  if (!(await context.privacy.mayRead([author.id])).has(author.id)) return;
  const self = selfAs(context, null);
  await context.transaction(async (tx) => {
    const place = { channel_id: channelId, guild_id: where.guildId };
    const saidAt = new Date(context.clock.now());
    const row = { message_id: id, ...place, author_id: author.id, said_at: saidAt };
    await insertAmbient(tx, channelId, [await encrypt(context, tx, row, readSaid(message, self))], where.heardKept);
  });
}

async function encrypt(
  context: Needs<'vault'>,
  tx: Tx,
  row: Omit<AmbientRow, 'ciphertext'>,
  said: Question,
): Promise<AmbientRow> {
  const ciphertext = await context.vault.encrypt(tx, row.author_id, contextOf(row.message_id), JSON.stringify(said));
  return { ...row, ciphertext };
}

/** Keeps what the message says now. */
export async function keepEditedAmbient(
  context: Needs<'discord' | 'transaction' | 'vault'>,
  message: GatewayMessageCreateDispatchData,
): Promise<void> {
  const { id, author } = message;
  const said = readSaid(message, selfAs(context, null));
  await context.transaction(async (tx) => {
    const ciphertext = await context.vault.encryptIfKnown(tx, author.id, contextOf(id), JSON.stringify(said));
    if (ciphertext) await setAmbient(tx, id, ciphertext);
  });
}

export async function decryptAmbient(read: VaultReader, row: AmbientRow): Promise<Question | null> {
  const text = await read(row.author_id, contextOf(row.message_id), row.ciphertext);
  return text === null ? null : (JSON.parse(text) as Question);
}

/**
 * What people said around a question without meaning the bot, oldest first, of those who allow it. At the first question
 * of a channel what was said before is read from Discord.
 */
export async function ambientAround(
  context: Needs<'clock' | 'db' | 'discord' | 'logger' | 'prefix' | 'privacy' | 'transaction' | 'vault'>,
  read: VaultReader,
  question: QuestionRow,
  kept: number,
): Promise<AmbientLine[]> {
  const { guild_id: guildId } = question;
  if (guildId === null) return [];
  const stored = () => ambientBefore(context.db, question.channel_id, question.asked_at, kept);
  const [before, isKnown] = await Promise.all([stored(), isBackfilled(context.db, question.channel_id)]);
  if (!isKnown) await backfill(context, { ...question, guild_id: guildId }, kept);
  const rows = isKnown ? before : await stored();
  const authors = [...new Set(rows.map((row) => row.author_id))];
  if (authors.length === 0) return [];
  const readable = await context.privacy.mayRead(authors);
  // What was kept of people who refuse later goes.
  for (const author of authors) if (!readable.has(author)) await deleteAmbientOf(context.db, author);
  const opened = await Promise.all(
    rows
      .filter((row) => readable.has(row.author_id))
      .map(async (row): Promise<AmbientLine | null> => {
        const said = await decryptAmbient(read, row);
        return said && { atMs: row.said_at.getTime(), line: lineOf(said), authorId: row.author_id };
      }),
  );
  return opened.filter((kept) => kept !== null);
}

/** On one line, so that nothing in it looks like another's; files by their names. */
function lineOf({ name, text, attachments }: Question): string {
  const files = attachments.length === 0 ? '' : ` [${attachments.map(({ filename }) => filename).join(', ')}]`;
  return `${spoken(name, onOneLine(text), true)}${files}`;
}

/** Reads what was said in a channel before its first question, once, and takes down what thread of which channel it is. */
async function backfill(
  context: Needs<'clock' | 'db' | 'discord' | 'logger' | 'prefix' | 'privacy' | 'transaction' | 'vault'>,
  question: QuestionRow & { guild_id: string },
  kept: number,
): Promise<void> {
  const { channel_id: channelId } = question;
  const { actions, cache } = context.discord;
  const history = PermissionFlagsBits.ViewChannel | PermissionFlagsBits.ReadMessageHistory;
  const [permissions, channel] = await Promise.all([cache.selfPermissions(channelId), cache.channel(channelId)]);
  let messages: APIMessage[] = [];
  try {
    const before = question.message_id === null ? {} : { before: question.message_id };
    if (kept > 0 && (permissions & history) === history) {
      messages = await actions.messages(channelId, { ...before, limit: readAtOnce });
    }
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    context.logger.warn({ error, channelId }, 'What was said before the first question could not be read.');
    if (error.retryable) return;
  }
  const rows = await notYetKept(context, question, messages);
  await context.transaction(async (tx) => {
    const ciphertext: AmbientRow[] = [];
    // In the order of their authors, or two channels that make the first keys of the same authors wait for each other.
    const latest = rows.slice(0, kept).sort((a, b) => compareSnowflakes(a.row.author_id, b.row.author_id));
    for (const { row, said } of latest) ciphertext.push(await encrypt(context, tx, row, said));
    await insertAmbient(tx, channelId, ciphertext, kept);
    await setBackfilled(tx, channelId, new Date(context.clock.now()), channel?.parentId ?? null);
  });
}

/** Those that would have been kept, in their order. */
async function notYetKept(
  context: Needs<'clock' | 'db' | 'discord' | 'prefix' | 'privacy'>,
  question: QuestionRow & { guild_id: string },
  messages: readonly APIMessage[],
): Promise<{ row: Omit<AmbientRow, 'ciphertext'>; said: Question }[]> {
  const { guild_id: guildId, channel_id: channelId } = question;
  const self = await findSelf(context, guildId);
  const fromMs = context.clock.now() - backfilledMs;
  const said = messages.filter((message) => isAmbient(context, message) && snowflakeTime(message.id) >= fromMs);
  const authors = [...new Set(said.map(({ author }) => author.id))];
  const [readable, forgotten, asked] = await Promise.all([
    context.privacy.mayRead(authors),
    context.privacy.forgottenAt(authors),
    askedIn(
      context.db,
      said.map(({ id }) => id),
    ),
  ]);
  return said
    .filter((message) => readable.has(message.author.id) && !asked.has(message.id))
    .filter((message) => snowflakeTime(message.id) > (forgotten.get(message.author.id) ?? -Infinity))
    .filter((message) => !isForBot(context, self, { ...message, guild_id: guildId }))
    .map((message) => {
      const saidAt = new Date(snowflakeTime(message.id));
      const place = { channel_id: channelId, guild_id: guildId };
      const row = { message_id: message.id, ...place, author_id: message.author.id, said_at: saidAt };
      return { row, said: readSaid(message, self) };
    });
}

const isForBot = (context: Needs<'prefix'>, self: Self, message: GatewayMessageCreateDispatchData) =>
  isAddressed(message, self) || message.content.startsWith(context.prefix);
