import { uuidFromName } from '../kernel/ids.ts';
import type { KillStage } from './kill-stage.ts';
import { usage } from './kill-stage.ts';
import { read, say } from './people.ts';
import type { SeenMessage } from './people.ts';

/** Pieces of an answer by default. */
export const PIECES = 12;

export interface Question {
  /** Appears in the question, so the provider recognises it. */
  name: string;
  username: string;
  authorId: string;
  channelId: string;
  messageId: string;
  /** The name of its request in the ledger. */
  request: string;
  answer: string;
}

/** Asks, and scripts the model's answer for any number of attempts. */
export async function ask(
  { place, providers }: KillStage,
  username: string,
  channelId: string,
  { name, pieces = PIECES, delayMs }: { name: string; pieces?: number; delayMs: number },
): Promise<Question> {
  const chunks = Array.from({ length: pieces }, (_, index) => `${name}-${index} `);
  // Unanswered messages may come before it in the same model message.
  providers.answer(new RegExp(`question ${name}\\.$`), { chunks, delayMs, usage, times: Number.POSITIVE_INFINITY });
  const { id, author } = await say(place, username, channelId, `<@${place.botId}> question ${name}.`);
  return {
    name,
    username,
    authorId: author.id,
    channelId,
    messageId: id,
    request: `chat/answer/${uuidFromName(`chat/answer/${id}`)}/0`,
    answer: chunks.join('').trim(),
  };
}

/** The number of questions of `askSeveral`. */
export const SEVERAL = 3;

/** Three people ask in three places and are answered at three speeds, so a crash finds them at different steps. */
export function askSeveral(stage: KillStage, round: string, delaysMs: readonly [number, number, number]) {
  const channel = (name: string) => stage.place.channels.get(name) ?? '';
  const [first, second, third] = delaysMs;
  return Promise.all([
    ask(stage, 'alice', channel('general'), { name: `${round}a`, delayMs: first }),
    ask(stage, 'milo', channel('art'), { name: `${round}b`, delayMs: second }),
    ask(stage, 'bob', stage.dmChannelId, { name: `${round}c`, delayMs: third }),
  ]);
}

/** Asks once more while the bot is down. */
export function askMeanwhile(stage: KillStage, name: string): Promise<Question> {
  return ask(stage, 'olivia', stage.place.channels.get('memes') ?? '', { name, delayMs: 10 });
}

/**
 * What is wrong with the visible answers to these questions; empty when nothing is. With `refusable`, an answer may
 * also be a refusal, which shows none of the model's text.
 */
export async function answersAmiss(
  { place }: KillStage,
  questions: readonly Question[],
  options: { refusable: boolean },
): Promise<string[]> {
  const amiss: string[] = [];
  for (const channelId of new Set(questions.map((question) => question.channelId))) {
    const here = questions.filter((question) => question.channelId === channelId);
    const [first] = here;
    if (!first) continue;
    const oldest = here.map((question) => BigInt(question.messageId)).reduce((a, b) => (a < b ? a : b));
    const messages = await read(place, first.username, channelId, String(oldest));
    const answers = messages.filter((message) => message.author.id === place.botId);
    for (const question of here) amiss.push(...answerAmiss(question, answers, options));
    const known = new Set(here.map((question) => question.messageId));
    const orphans = answers.filter((message) => !known.has(message.message_reference?.message_id ?? ''));
    amiss.push(...orphans.map((message) => `orphan ${message.id}: ${message.content.slice(0, 40)}`));
  }
  return amiss;
}

/** The bot's messages that reply to a question. */
export async function answersTo({ place }: KillStage, question: Question): Promise<SeenMessage[]> {
  const messages = await read(place, question.username, question.channelId, question.messageId);
  return messages.filter((message) => isAnswerTo(question, message));
}

const isAnswerTo = ({ messageId }: Question, { message_reference }: SeenMessage): boolean =>
  message_reference?.message_id === messageId;

function answerAmiss(
  question: Question,
  answers: readonly SeenMessage[],
  { refusable }: { refusable: boolean },
): string[] {
  const { name, answer } = question;
  const mine = answers.filter((message) => isAnswerTo(question, message));
  const [only] = mine;
  if (!only) return [`no answer to ${name}`];
  if (mine.length > 1) return [`${mine.length} answers to ${name}`];
  if (refusable && only.content !== '' && !only.content.includes(`${name}-0`)) return [];
  if (only.content !== answer) return [`the answer to ${name} is "${only.content.slice(-60)}"`];
  const stoppable = JSON.stringify(only.components ?? []).includes('chat/stop/');
  return stoppable ? [`the answer to ${name} can still be stopped`] : [];
}
