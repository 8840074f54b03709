import type { Announcement, Core } from '../../emulator/contract.ts';
import { marksIn } from './soak-words.ts';

export interface Member {
  username: string;
  id: string;
}

/** A conversation: its content must never appear in another. */
export interface Talk {
  id: string;
  kind: 'channel' | 'everything' | 'direct' | 'thread';
  name: string;
}

/** One wording of a message, valid from one Discord event to another, both by their position in order. */
interface Wording {
  number: number;
  from: number;
  until: number;
}

export interface Press {
  kind: 'stop' | 'regenerate' | 'ask';
  nonce: string;
  /** Whether the bot answered in time; otherwise people get an error. */
  outcome: 'open' | 'taken' | 'failed';
}

/** A member's message, or a question by command. */
export interface Utterance {
  author: Member;
  isQuestion: boolean;
  /** Unknown for a question by command until its thread exists. */
  talk: Talk | undefined;
  /** The message that an answer replies to. */
  messageId: string | undefined;
  /** Each edit adds one. */
  wordings: Wording[];
  /** Its position in order; infinite while it exists. */
  deletedAt: number;
  presses: Press[];
}

/** The position of an event that hasn't happened. */
export const NEVER = Number.POSITIVE_INFINITY;

interface SeenMessage {
  id: string;
  channel_id: string;
  content: string;
  author: { id: string };
  message_reference?: { message_id?: string };
}

/** The events of a scripted conversation in Discord's order, which is the order in which the bot gets them. */
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

  /** Called before it is sent. */
  add(begun: Pick<Utterance, 'author' | 'isQuestion' | 'talk'>): { utterance: Utterance; number: number } {
    const utterance: Utterance = { ...begun, messageId: undefined, wordings: [], deletedAt: NEVER, presses: [] };
    this.utterances.push(utterance);
    return { utterance, number: this.#word(utterance, NEVER) };
  }

  /** Called before an edit; returns the number of the new wording. It exists nowhere until Discord has it. */
  reword(utterance: Utterance): number {
    return this.#word(utterance, 0);
  }

  /** Called before the press. */
  press(utterance: Utterance, { kind, nonce }: Pick<Press, 'kind' | 'nonce'>): Press {
    const press: Press = { kind, nonce, outcome: 'open' };
    this.#presses.set(nonce, press);
    utterance.presses.push(press);
    return press;
  }

  byNumber(number: number): Utterance | undefined {
    return this.#byNumber.get(number);
  }

  /** The bot's messages that reply to it, including deleted ones. */
  repliesTo({ messageId }: Utterance): readonly string[] {
    return this.#replies.get(messageId ?? '') ?? [];
  }

  /** Presses that the bot hasn't answered yet. */
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
    // A repeated delivery is nothing new.
    if (!utterance || !wording || utterance.messageId !== undefined) return;
    utterance.messageId = message.id;
    wording.from = this.#order;
    this.#byMessage.set(message.id, utterance);
    // The bot posts a command's question as its own message.
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
