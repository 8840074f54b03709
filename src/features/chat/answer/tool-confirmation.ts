import { ButtonStyle } from 'discord-api-types/v10';
import { UserError, VendorError } from '../../../kernel/errors.ts';
import type { ComponentCall } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { callState, findCall, moveCall } from '../turns/tool-store.ts';
import type { ToolCallRow } from '../turns/tool-store.ts';
import { button, row as buttonRow } from '../view/buttons.ts';
import type { AnswerTask } from './task.ts';

const questionCharacters = 1500;

/** The message that asks about a call. */
interface AskedMessage {
  channelId: string;
  messageId: string;
  content: string;
}

/** Sent when a member has decided about a call: the process that waits may be another. */
const decidedSignal = (callId: string): string => `chat/tool/${callId}`;

/** Asks the member below their question whether a tool may run. */
export async function askAboutCall(
  { context, row, answer }: AnswerTask,
  call: ToolCallRow,
  { title, question }: { title: string; question: string },
): Promise<AskedMessage> {
  const t = context.texts.in(undefined);
  const asked = question.length > questionCharacters ? `${question.slice(0, questionCharacters)}…` : question;
  const content = t('tools.ask', { user: call.asker_id, title, question: asked });
  const buttons = [
    button('tool-allow', call.id, { label: t('tools.allow'), emoji: '✅' }),
    button('tool-deny', call.id, { label: t('tools.deny'), emoji: '🚫', style: ButtonStyle.Secondary }),
  ];
  const replyTo = row.message_id === null ? {} : { replyTo: row.message_id };
  const message = { content, components: buttonRow(buttons), pings: [call.asker_id] };
  const key = `chat/tool/${answer.id}/${call.id}`;
  const { id: messageId } = await context.discord.actions.send(row.channel_id, message, { ...replyTo, key });
  return { channelId: row.channel_id, messageId, content };
}

/**
 * Waits until the member has decided. Silence is no permission: the call is denied when its time is over, and when the answer
 * is stopped. The message that asks then says how it ended.
 */
export async function decisionOf(
  { context, run }: AnswerTask,
  { id, asked_until: until }: ToolCallRow,
  asked: AskedMessage,
): Promise<'allowed' | 'denied'> {
  const { clock, db, signals } = context;
  const isDecided = async () => {
    const state = await callState(db, id);
    return state === 'asked' ? undefined : { isAllowed: state === 'allowed' };
  };
  try {
    const withinMs = (until?.getTime() ?? 0) - clock.now();
    const decided = await signals.until(decidedSignal(id), isDecided, { withinMs, signal: run.signal });
    if (decided) return await shown(context, asked, decided.isAllowed ? 'allowed' : 'denied');
  } catch (error) {
    if (!run.signal.aborted) throw error;
    await shown(context, asked, 'denied');
    throw error;
  }
  const isDenied = await moveCall(context.db, id, 'asked', 'denied');
  return shown(context, asked, isDenied ? 'denied' : 'allowed');
}

async function shown(
  { discord: { actions }, texts, logger }: Needs<'discord' | 'logger' | 'texts'>,
  { channelId, messageId, content }: AskedMessage,
  decision: 'allowed' | 'denied',
): Promise<'allowed' | 'denied'> {
  const note = texts.in(undefined)(`tools.${decision}`);
  try {
    await actions.edit(channelId, messageId, { content: `${content}\n-# ${note}`, components: [] });
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    logger.debug({ error, channelId }, 'The question about a tool keeps its buttons.');
  }
  return decision;
}

/** A press of Allow or Deny: only the member whom the call is asked of decides about it. */
export async function decideCall(
  context: Needs<'db' | 'signals'>,
  call: ComponentCall,
  decision: 'allowed' | 'denied',
): Promise<void> {
  const found = await findCall(context.db, call.id);
  if (!found) throw new UserError('answer-gone', 'the answer was cleared');
  if (found.asker_id !== call.caller.userId) {
    throw new UserError('tools.not-yours', 'only the asker', { asker: found.asker_id });
  }
  if (!(await moveCall(context.db, call.id, 'asked', decision))) throw new UserError('tools.decided', 'it was decided');
  context.signals.send(decidedSignal(call.id));
  await call.acknowledge();
}
