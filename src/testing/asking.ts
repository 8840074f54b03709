import { MessageFlags } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import type { Person } from '../../emulator/testing/person.ts';
import type { TestBot } from './bot.ts';
import { button, hasEnded } from './components.ts';
import type { FakeAnswer } from './providers.ts';

/** Helpers for asking and pressing buttons. */
interface Asking {
  /** Asks in a channel (a new one by default) and resolves when the answer has ended. */
  asks(person: Person, words: string, answer: FakeAnswer, options?: { in?: string }): Promise<Asked>;
  /** Presses the button with this label below a message. */
  presses(person: Person, message: APIMessage, label: string): Promise<void>;
  /** Presses it and resolves with the ephemeral answer. */
  told(person: Person, message: APIMessage, label: string): Promise<APIMessage>;
  /** Presses it in an ephemeral message, and resolves with that message once it contains the text. */
  turns(person: Person, menu: APIMessage, label: string, text: string): Promise<APIMessage>;
  /** The answer's messages now, in order. */
  screen(asked: Pick<Asked, 'question'>): Promise<APIMessage[]>;
}

export interface Asked {
  question: APIMessage;
  /** The last message of the answer, which has the buttons. */
  shown: APIMessage;
}

const waitMs = 20_000;

export function createAsking(bot: () => TestBot): Asking {
  const isBots = (message: APIMessage) => message.author.id === bot().app.discord.self.userId;
  const isEphemeral = (message: APIMessage) => ((message.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
  const asking: Asking = {
    asks: async (person, words, answer, options = {}) => {
      bot().providers.answer(words, answer);
      const room = options.in ?? (await bot().newChannel());
      const question = await person.says(room, `<@${bot().app.discord.self.userId}> ${words}`);
      const shown = await person.sees(
        (message) =>
          isBots(message) &&
          message.channel_id === question.channel_id &&
          BigInt(message.id) > BigInt(question.id) &&
          hasButtons(message) &&
          hasEnded(message),
        { timeoutMs: waitMs },
      );
      await bot().idle();
      return { question, shown };
    },
    presses: async (person, message, label) => void (await person.presses(message, button(message, label))),
    told: async (person, message, label) => {
      await asking.presses(person, message, label);
      return person.sees((one) => isEphemeral(one) && one.channel_id === message.channel_id, { timeoutMs: waitMs });
    },
    turns: async (person, menu, label, text) => {
      await asking.presses(person, menu, label);
      return person.sees((message) => message.id === menu.id && message.content.includes(text), { timeoutMs: waitMs });
    },
    screen: async ({ question }) => {
      const messages = await bot().olivia.messages(question.channel_id);
      return messages.filter((message) => isBots(message) && !isEphemeral(message));
    },
  };
  return asking;
}

const hasButtons = (message: APIMessage) => (message.components ?? []).length > 0;
