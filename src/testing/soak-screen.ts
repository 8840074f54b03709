import { MessageType } from 'discord-api-types/v10';
import type { StoredMessage } from '../../emulator/contract.ts';
import { NEVER } from './soak-record.ts';
import type { Press, Talk, Utterance } from './soak-record.ts';
import type { SoakStage } from './soak-stage.ts';
import { answerText, marksIn } from './soak-words.ts';

/** The final answers on the screen. */
export interface Screen {
  amiss: string[];
  answered: number;
  stopped: number;
  /** Answers with more than one version. */
  regenerated: number;
  /**
   * Questions with a waiting reaction. These reactions give way to all other requests, and are given up after a while.
   */
  marked: number;
}

/** Every remaining question has exactly one answer, its own, in its own place; the bot posted nothing else. */
export function checkScreen(stage: SoakStage): Screen {
  const { record, channels, directs } = stage;
  const screen: Screen = { amiss: [], answered: 0, stopped: 0, regenerated: 0, marked: 0 };
  const shown = new Map<Utterance, StoredMessage[]>();
  for (const talk of [...channels, ...directs, ...record.threads]) {
    for (const message of messagesOfBot(stage, talk)) {
      const utterance = meantBy(stage, talk, message);
      if (utterance === 'orphan') screen.amiss.push(`${talk.name}: nobody asked for "${startOf(message)}"`);
      else if (utterance) shown.set(utterance, [...(shown.get(utterance) ?? []), message]);
    }
  }
  for (const utterance of record.utterances) {
    const parts = shown.get(utterance) ?? [];
    const wrong = answerAmiss(utterance, parts, screen);
    if (isMarked(stage, utterance)) screen.marked += 1;
    if (wrong !== undefined) screen.amiss.push(`${nameOf(utterance)}: ${wrong}`);
  }
  return screen;
}

export const nameOf = ({ talk, author, wordings }: Utterance): string =>
  `${wordings.map(({ number }) => `q${number}`).join('/')} of ${author.username} in ${talk?.name ?? 'no thread'}`;

const startOf = ({ content }: StoredMessage) => content.slice(0, 60);

/** Without Discord's own message about a new thread. */
function messagesOfBot({ core, place }: SoakStage, { id }: Talk): StoredMessage[] {
  const own = core.world.messagesOf(id).filter((message) => message.authorId === place.botId);
  return own.filter(({ type }) => type === MessageType.Default || type === MessageType.Reply);
}

/** The question that a bot message answers; undefined for one that opens a thread or shows a question there. */
function meantBy({ record }: SoakStage, talk: Talk, message: StoredMessage): Utterance | 'orphan' | undefined {
  const { said, answered } = marksIn(message.content);
  const [number] = answered;
  const repliedTo = message.reference?.messageId;
  const byReply = record.utterances.find((one) => one.messageId === repliedTo && repliedTo !== undefined);
  if (number === undefined) {
    if (byReply) return byReply.talk === talk ? byReply : 'orphan';
    const isQuestion = said.some((one) => record.byNumber(one)?.messageId === message.id);
    return isQuestion || message.threadId !== null ? undefined : 'orphan';
  }
  const utterance = record.byNumber(number);
  const isOne = answered.every((one) => record.byNumber(one) === utterance) && (byReply ?? utterance) === utterance;
  return utterance && isOne && utterance.talk === talk ? utterance : 'orphan';
}

/** Undefined when all its answer messages are right. */
function answerAmiss(utterance: Utterance, parts: readonly StoredMessage[], screen: Screen): string | undefined {
  const { isQuestion, talk, messageId, deletedAt } = utterance;
  if (!isQuestion) return parts.length === 0 ? undefined : 'it was for others and has an answer';
  if (!wasAsked(utterance)) return undefined;
  if (parts.length === 0) return deletedAt === NEVER ? 'it has no answer' : undefined;
  if (!talk) return 'it has an answer and no place';
  const first = parts.filter((part) => part.reference?.messageId === messageId);
  if (first.length !== 1 || first[0] !== parts[0]) return `${first.length} messages reply to it: ${told(parts)}`;
  return endAmiss(utterance, parts, screen);
}

const WAITING_MARK = '👀';

function isMarked({ core, place }: SoakStage, { messageId }: Utterance): boolean {
  const { reactions = [] } = core.world.messages.get(messageId ?? '') ?? {};
  return reactions.some(({ emoji, userIds }) => emoji.name === WAITING_MARK && userIds.includes(place.botId));
}

/** Whether a command was taken in time; otherwise people see that it failed. */
function wasAsked({ talk, presses }: Utterance): boolean {
  return talk !== undefined || presses.some(({ kind, outcome }) => kind === 'ask' && outcome === 'taken');
}

function endAmiss(utterance: Utterance, parts: readonly StoredMessage[], screen: Screen): string | undefined {
  const components = JSON.stringify(parts.map((part) => part.components));
  if (/chat\/(?:stop|cancel)\//.test(components)) return `it can still be stopped: ${told(parts)}`;
  const gone = utterance.deletedAt !== NEVER;
  if (gone && components.includes('custom_id')) return `it was deleted, and its answer can still be used`;
  const text = parts.map(({ content }) => content).join('\n');
  const said = utterance.wordings.filter(({ from }) => from !== NEVER).map(({ number }) => number);
  const number = said.find((one) => text === answerText(one));
  if (number === undefined) {
    if (!pressed(utterance, 'stop') || !said.some((one) => isBeginning(text, one))) return `it says "${told(parts)}"`;
    screen.stopped += 1;
  } else {
    screen.answered += 1;
    const isLate = number !== said.at(-1);
    if (!gone && isLate && !components.includes('✏️')) return 'it was edited, and is not offered to be answered again';
  }
  return gone ? undefined : versionsAmiss(utterance, components, screen);
}

const pressed = ({ presses }: Utterance, kind: Press['kind']): boolean => presses.some((press) => press.kind === kind);

/** The view after stopping the answer, or cancelling it before it began. */
function isBeginning(text: string, number: number): boolean {
  const [, kept] = /^([^]*?)\s*-# (?:Stopped|Cancelled)[^\n]*$/.exec(text) ?? [];
  return kept !== undefined && answerText(number).startsWith(kept.trim());
}

function versionsAmiss(utterance: Utterance, components: string, screen: Screen): string | undefined {
  const of = Number(/"label":"\d+\/(\d+) ▶"/.exec(components)?.[1] ?? 1);
  const wanted = utterance.presses.filter(({ kind }) => kind === 'regenerate');
  if (of > 1) screen.regenerated += 1;
  // There may be fewer: a press during an answer is refused, and one that is cancelled in time is dropped.
  return of > 1 + wanted.length ? `${of} versions after ${wanted.length} presses` : undefined;
}

const told = (parts: readonly StoredMessage[]): string =>
  parts.map(({ content }) => content.slice(0, 80).replaceAll('\n', '⏎')).join(' | ');
