import { GatewayIntentBits } from 'discord-api-types/v10';
import type { Announcement } from '../contract.ts';
import { withoutContent } from '../serialise/message.ts';
import type { Session } from './session.ts';

interface MessageFields {
  author?: { id?: string };
  guild_id?: string;
  mentions?: { id: string }[];
  referenced_message?: MessageFields | null;
}

/**
 * The data of one announcement as JSON text, made once for each variant of content rather than for each session: most
 * sessions see the same, and those without the message content intent differ only in what is blank.
 */
export class PayloadVariants {
  readonly #data: unknown;
  readonly #isMessage: boolean;
  readonly #isDirect: boolean;
  readonly #variants = new Map<string, string>();

  constructor(announcement: Announcement) {
    this.#data = announcement.d;
    this.#isMessage = announcement.t === 'MESSAGE_CREATE' || announcement.t === 'MESSAGE_UPDATE';
    this.#isDirect = announcement.audience.kind === 'dm';
  }

  jsonFor(session: Session): string {
    if (!this.#isMessage || this.#isDirect || seesAllContent(session)) return this.#json('whole', () => this.#data);
    const message = this.#data as MessageFields;
    const isOpen = isOpenTo(message, session.user.id);
    const referenced = message.referenced_message;
    const isReferencedOpen = !referenced || isOpenTo(referenced, session.user.id);
    if (isOpen && isReferencedOpen) return this.#json('whole', () => this.#data);
    return this.#json(`${String(isOpen)} ${String(isReferencedOpen)}`, () => ({
      ...(isOpen ? message : withoutContent(message)),
      ...(referenced && !isReferencedOpen ? { referenced_message: withoutContent(referenced) } : {}),
    }));
  }

  #json(variant: string, data: () => unknown): string {
    let json = this.#variants.get(variant);
    if (json === undefined) this.#variants.set(variant, (json = JSON.stringify(data())));
    return json;
  }
}

function seesAllContent(session: Session): boolean {
  return session.intents === null || (session.intents & GatewayIntentBits.MessageContent) !== 0;
}

/** Source: "Message Content Intent" in Discord's gateway documentation: own messages and mentions are always whole. */
function isOpenTo(message: MessageFields, userId: string): boolean {
  return message.author?.id === userId || (message.mentions ?? []).some(({ id }) => id === userId);
}
