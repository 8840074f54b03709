import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import type {
  APIButtonComponentWithCustomId,
  APIMessageTopLevelComponent,
  GatewayMessageUpdateDispatchData,
} from 'discord-api-types/v10';
import { VendorError } from '../../../kernel/errors.ts';
import { customId, isOwn } from '../../../sdk/index.ts';
import type { Db } from '../../../sdk/index.ts';
import { questionIn } from '../intake/claim.ts';
import { decryptQuestion } from '../chat.ts';
import type { Needs } from '../chat.ts';
import type { Question } from '../intake/read-message.ts';
import { findAnswer, findQuestion } from '../turns/store.ts';
import type { QuestionRow } from '../turns/store.ts';
import { historyChanged } from './changes.ts';
import type { ConversingChannels } from './channels.ts';
import { keepEditedAmbient } from './ambient.ts';
import { partsOf, setEdited, setQuestion, shownEnd, wasEditedSince } from './store.ts';
import type { ShownEnd } from './store.ts';

/** Follows what people change in what they wrote. Nothing is returned when there is nothing to wait for. */
export function messageEdited(
  context: Needs<'clock' | 'db' | 'discord' | 'events' | 'jobs' | 'texts' | 'transaction' | 'vault'>,
  channels: ConversingChannels,
  message: GatewayMessageUpdateDispatchData,
): Promise<void> | undefined {
  if (isOwn(message, context.discord.self)) return undefined;
  // Without a time of the edit, Discord has only unfolded a link, which people see from then on.
  const isUnfolded = message.edited_timestamp === null;
  if (isUnfolded && message.embeds.length === 0) return undefined;
  const change = () => (isUnfolded ? unfoldAmbient(context, message) : changeMessage(context, message));
  const conversing = channels.has(message.channel_id);
  if (typeof conversing === 'boolean') return conversing ? change() : undefined;
  return conversing.then((it) => (it ? change() : undefined));
}

async function unfoldAmbient(
  context: Needs<'db' | 'discord' | 'transaction' | 'vault'>,
  message: GatewayMessageUpdateDispatchData,
): Promise<void> {
  const { ambient } = await partsOf(context.db, message.channel_id, [message.id]);
  if (ambient.length > 0) await keepEditedAmbient(context, message);
}

/** As `messageEdited` where the bot is known to converse. */
export async function changeMessage(
  context: Needs<'clock' | 'db' | 'discord' | 'events' | 'jobs' | 'texts' | 'transaction' | 'vault'>,
  message: GatewayMessageUpdateDispatchData,
): Promise<void> {
  const { asked, ambient } = await partsOf(context.db, message.channel_id, [message.id]);
  if (ambient.length > 0) await keepEditedAmbient(context, message);
  for (const id of asked) await changeQuestion(context, id, message);
  if (asked.length > 0) return;
  const messageIds = [message.id];
  await context.transaction((tx) => context.events.emit(tx, 'chat/messages-changed', { messageIds }));
}

async function changeQuestion(
  context: Needs<'clock' | 'db' | 'discord' | 'events' | 'jobs' | 'texts' | 'transaction' | 'vault'>,
  id: string,
  message: GatewayMessageUpdateDispatchData,
): Promise<void> {
  const row = await findQuestion(context.db, id);
  const before = row && (await decryptQuestion(context.vault.reader(context.db), row));
  const edited = await questionIn(context, message);
  if (!before || saysTheSame(before, edited)) return;
  await context.transaction(async (tx) => {
    // An edit may come without the name that the guild shows.
    const text = JSON.stringify({ ...edited, name: before.name });
    const ciphertext = await context.vault.encryptIfKnown(tx, row.author_id, id, text);
    if (!ciphertext) return;
    const at = new Date(context.clock.now());
    await setQuestion(tx, id, { ciphertext, edited_at: at });
    // Of what is answered together, the last is what is looked at.
    if (row.merged_into !== null) await setEdited(tx, row.merged_into, at);
    await historyChanged(context, tx, row.channel_id, row.asked_at);
    // After the question has been written to: what is shown at the same time waits for that, or is seen here.
    const ended = await shownEnd(tx, row.merged_into ?? id);
    if (ended) await offerLater(context, tx, ended);
  });
}

const saysTheSame = (one: Question, other: Question): boolean => essence(one) === essence(other);
/** Discord signs the addresses of files again from time to time. */
const essence = ({ text, attachments }: Question) =>
  JSON.stringify([text, attachments.map(({ filename, size }) => [filename, size])]);

/** For an answer that has come to its end on the screen, in case its question was edited after it was begun. */
export async function offerIfEdited(context: Needs<'db' | 'jobs'>, row: QuestionRow, answer: ShownEnd): Promise<void> {
  if (await wasEditedSince(context.db, row)) await offerLater(context, context.db, answer);
}

async function offerLater(context: Needs<'jobs'>, db: Db, { id, tries }: ShownEnd): Promise<void> {
  await context.jobs.enqueue(db, { queue: 'text', name: 'offer', payload: { answerId: id, tries } });
}

/** Offers below an answer to answer the edited question, unless something else is shown by then. */
export async function offer(
  context: Needs<'db' | 'discord' | 'logger' | 'texts'>,
  { answerId, tries }: { answerId: string; tries: number },
): Promise<void> {
  const found = await findAnswer(context.db, answerId);
  if (!found) return;
  const { answer, question } = found;
  const shown = await shownEnd(context.db, question.id);
  if (shown?.id !== answer.id || shown.tries !== tries) return;
  await showOffer(context, question, answer.id);
}

async function showOffer(
  context: Needs<'discord' | 'logger' | 'texts'>,
  { channel_id: channelId, parts }: QuestionRow,
  answerId: string,
): Promise<void> {
  const last = parts.at(-1);
  if (last === undefined) return;
  const { actions } = context.discord;
  try {
    const { components = [] } = await actions.message(channelId, last);
    const label = context.texts.in(undefined)('buttons.answer-edited');
    await actions.edit(channelId, last, { components: withOffer(components, answerId, label) });
  } catch (error) {
    if (!(error instanceof VendorError) || error.retryable) throw error;
    context.logger.debug({ error, channelId }, 'An edited question could not be offered to be answered again.');
  }
}

/** The button that regenerates says what it would do; where there is none, it is added. */
export function withOffer(
  components: readonly APIMessageTopLevelComponent[],
  answerId: string,
  label: string,
): APIMessageTopLevelComponent[] {
  const id = customId('chat', 'regenerate', answerId);
  const offered: APIButtonComponentWithCustomId = {
    type: ComponentType.Button,
    style: ButtonStyle.Primary,
    custom_id: id,
    label,
    emoji: { name: '✏️' },
  };
  let found = false;
  const rows = components.map((row) => {
    if (row.type !== ComponentType.ActionRow) return row;
    return {
      ...row,
      components: row.components.map((one) => {
        if (!('custom_id' in one) || one.custom_id !== id) return one;
        found = true;
        return offered;
      }),
    };
  });
  return found ? rows : [...rows, { type: ComponentType.ActionRow, components: [offered] }];
}
