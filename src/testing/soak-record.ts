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

/** The place in order of what has not happened. */
export const NEVER = Number.POSITIVE_INFINITY;

interface SeenMessage {
  id: string;
  channel_id: string;
  content: string;
  author: { id: string };
  message_reference?: { message_id?: string };
}

/** What happened in a scripted conversation as Discord saw it, which is the order in which the bot is told of it. */
export class SoakRecord {
  readonly utterances: Utterance[] = [];
  readonly threads: Talk[] = [];
  readonly #core: Core;
  readonly #botId: string;
  readonly #byNumber = new Map<number, Utterance>();
  readonly #byMessage = new Map<string, Utterance>();
  readonly #presses = new Map<string, Press>();
  readonly #replies = new Map<string, string[]>();
  #order = 0;

  constructor(core: Core, botId: string) {
    this.#core = core;
    this.#botId = botId;
    core.bus.subscribe((announcement) => this.#follow(announcement));
  }

  /** Before it is said. */
  add(begun: Pick<Utterance, 'author' | 'isQuestion' | 'talk'>): { utterance: Utterance; number: number } {
    const utterance: Utterance = { ...begun, messageId: undefined, wordings: [], deletedAt: NEVER, presses: [] };
    this.utterances.push(utterance);
    return { utterance, number: this.#word(utterance, NEVER) };
  }

  /** Before an edit; the number that the new wording carries. Until Discord has it, it is nowhere. */
  reword(utterance: Utterance): number {
    return this.#word(utterance, 0);
  }

  /** Before it is pressed. */
  press(utterance: Utterance, { kind, nonce }: Pick<Press, 'kind' | 'nonce'>): Press {
    const press: Press = { kind, nonce, outcome: 'open' };
    this.#presses.set(nonce, press);
    utterance.presses.push(press);
    return press;
  }

  byNumber(number: number): Utterance | undefined {
    return this.#byNumber.get(number);
  }

  /** The bot's messages that reply to it, whether or not they are still there. */
  repliesTo({ messageId }: Utterance): readonly string[] {
    return this.#replies.get(messageId ?? '') ?? [];
  }

  /** Presses that Discord still waits to see answered. */
  openPresses(): number {
    return [...this.#presses.values()].filter(({ outcome }) => outcome === 'open').length;
  }

  #word(utterance: Utterance, until: number): number {
    const number = this.#byNumber.size + 1;
    utterance.wordings.push({ number, from: NEVER, until });
    this.#byNumber.set(number, utterance);
    return number;
  }

  #follow({ t, d }: Announcement): void {
    this.#order += 1;
    const { nonce } = d as { nonce?: string };
    const press = nonce === undefined ? undefined : this.#presses.get(nonce);
    if (t === 'MESSAGE_CREATE') this.#created(d as SeenMessage);
    else if (t === 'MESSAGE_UPDATE') this.#edited(d as SeenMessage);
    else if (t === 'MESSAGE_DELETE') this.#deleted((d as { id: string }).id);
    else if (t === 'INTERACTION_SUCCESS' && press) press.outcome = 'taken';
    else if (t === 'INTERACTION_FAILURE' && press) press.outcome = 'failed';
  }

  #created(message: SeenMessage): void {
    const isBots = message.author.id === this.#botId;
    const repliedTo = isBots ? message.message_reference?.message_id : undefined;
    if (repliedTo !== undefined && this.#byMessage.has(repliedTo)) {
      this.#replies.set(repliedTo, [...(this.#replies.get(repliedTo) ?? []), message.id]);
      return;
    }
    const { utterance, wording } = this.#worded(message);
    // Delivered once more it is nothing new.
    if (!utterance || !wording || utterance.messageId !== undefined) return;
    utterance.messageId = message.id;
    wording.from = this.#order;
    this.#byMessage.set(message.id, utterance);
    // The bot shows the question of a command as a message of its own.
    if (isBots) this.#placed(utterance, message.channel_id);
  }

  #placed(utterance: Utterance, id: string): void {
    utterance.talk = { id, kind: 'thread', name: `a thread of ${utterance.author.username}` };
    if (this.#core.world.channels.get(id)?.thread) this.threads.push(utterance.talk);
  }

  #edited(message: SeenMessage): void {
    const { utterance, wording } = this.#worded(message);
    if (message.author.id === this.#botId || utterance?.messageId !== message.id || wording?.from !== NEVER) return;
    this.#endWordings(utterance);
    Object.assign(wording, { from: this.#order, until: NEVER });
  }

  #deleted(messageId: string): void {
    const utterance = this.#byMessage.get(messageId);
    if (!utterance) return;
    utterance.deletedAt = this.#order;
    this.#endWordings(utterance);
  }

  #endWordings({ wordings }: Utterance): void {
    for (const wording of wordings) wording.until = Math.min(wording.until, this.#order);
  }

  #worded({ content }: SeenMessage): { utterance: Utterance | undefined; wording: Wording | undefined } {
    const [number = 0] = marksIn(content).said;
    const utterance = this.#byNumber.get(number);
    return { utterance, wording: utterance?.wordings.find((one) => one.number === number) };
  }
}
