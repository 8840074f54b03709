import type { Announcement, Core } from '../../emulator/contract.ts';
import { marksIn } from './soak-words.ts';

export interface Member {
  username: string;
  id: string;
}

/** A conversation: nothing of it may ever be told in another. */
export interface Talk {
  id: string;
  kind: 'channel' | 'everything' | 'direct' | 'thread';
  name: string;
}

/** One wording of a message: what it said from one event of Discord to another, both by their place in order. */
interface Wording {
  number: number;
  from: number;
  until: number;
}

export interface Press {
  kind: 'stop' | 'regenerate' | 'ask';
  nonce: string;
  /** Whether the bot took it in time; people are told otherwise. */
  outcome: 'open' | 'taken' | 'failed';
}

/** A message of a person, or a question by command. */
export interface Utterance {
  author: Member;
  isQuestion: boolean;
  /** Of a question by command: unknown until its thread is opened. */
  talk: Talk | undefined;
  /** The message that an answer replies to. */
  messageId: string | undefined;
  /** Each edit adds one. */
  wordings: Wording[];
  /** Its place in order; infinite while it is there. */
  deletedAt: number;
  presses: Press[];
}

/**
 * What happened in a scripted conversation as Discord saw it, which is the order in which the bot is told of it.
 */
export interface SoakRecord {
  readonly utterances: readonly Utterance[];
  readonly threads: readonly Talk[];
  /** Before it is said or pressed. */
  add(utterance: Pick<Utterance, 'author' | 'isQuestion' | 'talk'>): { utterance: Utterance; number: number };
  /** Before an edit; the number that the new wording carries. */
  reword(utterance: Utterance): number;
  press(utterance: Utterance, press: Pick<Press, 'kind' | 'nonce'>): Press;
  byNumber(number: number): Utterance | undefined;
  /** The bot's messages that reply to it, whether or not they are still there. */
  repliesTo(utterance: Utterance): readonly string[];
  /** Presses that Discord still waits to see answered. */
  openPresses(): number;
}

interface SeenMessage {
  id: string;
  channel_id: string;
  content: string;
  author: { id: string };
  message_reference?: { message_id?: string };
}

/** The place in order of what has not happened. */
export const NEVER = Number.POSITIVE_INFINITY;

export function keepRecord(core: Core, botId: string): SoakRecord {
  const utterances: Utterance[] = [];
  const threads: Talk[] = [];
  const byNumber = new Map<number, Utterance>();
  const byMessage = new Map<string, Utterance>();
  const presses = new Map<string, Press>();
  const replies = new Map<string, string[]>();
  let numbers = 0;
  let order = 0;

  const wordingOf = ({ content }: SeenMessage) => {
    const [number = 0] = marksIn(content).said;
    const utterance = byNumber.get(number);
    return { utterance, wording: utterance?.wordings.find((one) => one.number === number) };
  };
  const created = (message: SeenMessage) => {
    if (message.author.id === botId) {
      answered(message);
      return;
    }
    const { utterance, wording } = wordingOf(message);
    // Delivered once more it is nothing new.
    if (!utterance || !wording || utterance.messageId !== undefined) return;
    utterance.messageId = message.id;
    wording.from = order;
    byMessage.set(message.id, utterance);
  };
  const answered = (message: SeenMessage) => {
    const repliedTo = message.message_reference?.message_id;
    if (repliedTo !== undefined && byMessage.has(repliedTo)) {
      replies.set(repliedTo, [...(replies.get(repliedTo) ?? []), message.id]);
      return;
    }
    // The bot shows the question of a command as a message of its own.
    const { utterance, wording } = wordingOf(message);
    if (!utterance || !wording || utterance.messageId !== undefined) return;
    const channel = core.world.channels.get(message.channel_id);
    const talk: Talk = { id: message.channel_id, kind: 'thread', name: `a thread of ${utterance.author.username}` };
    if (channel?.thread) threads.push(talk);
    Object.assign(utterance, { talk, messageId: message.id });
    wording.from = order;
    byMessage.set(message.id, utterance);
  };
  const edited = (message: SeenMessage) => {
    const { utterance, wording } = wordingOf(message);
    if (message.author.id === botId || utterance?.messageId !== message.id || wording?.from !== NEVER) return;
    for (const one of utterance.wordings) one.until = Math.min(one.until, order);
    Object.assign(wording, { from: order, until: NEVER });
  };
  const deleted = (messageId: string) => {
    const utterance = byMessage.get(messageId);
    if (!utterance) return;
    utterance.deletedAt = order;
    for (const one of utterance.wordings) one.until = Math.min(one.until, order);
  };
  core.bus.subscribe(({ t, d }: Announcement) => {
    order += 1;
    const { nonce } = d as { nonce?: string };
    const press = nonce === undefined ? undefined : presses.get(nonce);
    if (t === 'MESSAGE_CREATE') created(d as SeenMessage);
    else if (t === 'MESSAGE_UPDATE') edited(d as SeenMessage);
    else if (t === 'MESSAGE_DELETE') deleted((d as { id: string }).id);
    else if (t === 'INTERACTION_SUCCESS' && press) press.outcome = 'taken';
    else if (t === 'INTERACTION_FAILURE' && press) press.outcome = 'failed';
  });
  const newWording = (utterance: Utterance): number => {
    numbers += 1;
    // Until Discord has it, it is nowhere.
    utterance.wordings.push({ number: numbers, from: NEVER, until: 0 });
    byNumber.set(numbers, utterance);
    return numbers;
  };
  return {
    utterances,
    threads,
    add: (begun) => {
      const utterance: Utterance = { ...begun, messageId: undefined, wordings: [], deletedAt: NEVER, presses: [] };
      utterances.push(utterance);
      const number = newWording(utterance);
      utterance.wordings[0] = { number, from: NEVER, until: NEVER };
      return { utterance, number };
    },
    reword: newWording,
    press: (utterance, { kind, nonce }) => {
      const press: Press = { kind, nonce, outcome: 'open' };
      presses.set(nonce, press);
      utterance.presses.push(press);
      return press;
    },
    byNumber: (number) => byNumber.get(number),
    repliesTo: ({ messageId }) => replies.get(messageId ?? '') ?? [],
    openPresses: () => [...presses.values()].filter(({ outcome }) => outcome === 'open').length,
  };
}
