/**
 * What a library that knows nothing of this emulator is tested with: one small bot, written down here and made by each
 * adapter with the library's own usual means.
 *
 * The bot hears messages of people and does what they ask for:
 * - `!reply`: replies with `answers.reply`.
 * - `!file`: sends `answers.file`.
 * - a message with an attachment: downloads it by the address that the library gives and replies with the text in capitals.
 * - `!dm`: writes `answers.direct` to the author in private.
 * - `!react`: adds `answers.reaction` to the message.
 * - a reaction of a person: writes `sawReaction(emoji)` into the channel.
 * - `!thread`: starts the thread `answers.threadName` on the message and writes `answers.thread` in it.
 * - `!webhook`: creates a webhook, speaks through it as `answers.webhookName` and replies with `spoke(id)` of what came out.
 * - `!menu`: writes `answers.menu` with `menuRows`. The button updates its message, the menu defers and then edits it.
 *
 * Its commands are `commands`: `/slow` defers, edits and follows up; `/secret` answers ephemerally; `/find` completes its
 * option; `/form` shows `form` and answers what was typed.
 */
export interface ForeignServer {
  /** `http://127.0.0.1:8080/api` */
  api: string;
  /** `http://127.0.0.1:8080/cdn` */
  cdn: string;
  token: string;
  applicationId: string;
  guildId: string;
}

export interface CachedGuild {
  name: string;
  channels: string[];
  roles: string[];
}

export interface ForeignBot {
  /** What the library's cache knows of the guild. */
  guild(): CachedGuild | Promise<CachedGuild>;
  sessions: SessionCounts;
  /** What went wrong in the bot's own handlers. */
  failures: unknown[];
  close(): void | Promise<void>;
}

/** How often the library was told that a session began (READY) and that one went on (RESUMED). */
export class SessionCounts {
  began = 0;
  wentOn = 0;
  #waiting: { count: number; resolve: () => void }[] = [];

  begin(): void {
    this.began += 1;
    for (const { count, resolve } of this.#waiting) if (this.began >= count) resolve();
  }

  goOn(): void {
    this.wentOn += 1;
  }

  /** Resolves when that many sessions have begun. */
  hasBegun(count: number): Promise<void> {
    if (this.began >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }
}

export interface ForeignLibrary {
  name: string;
  /** Connects, registers `commands` in the guild, and is done when the bot is ready to answer. */
  start(server: ForeignServer): Promise<ForeignBot>;
}

export const answers = {
  reply: 'Here I am.',
  file: { name: 'hello.txt', text: 'Hello from a file.' },
  direct: 'Hello in private.',
  reaction: '👍',
  threadName: 'Side talk',
  thread: 'In the thread.',
  webhookName: 'Polly',
  webhook: 'Squawk!',
  menu: 'Choose.',
  pressed: 'Pressed.',
  slow: 'That took a while.',
  followUp: 'Anything else?',
  secret: 'Only for you.',
} as const;

export const sawReaction = (emoji: string): string => `Saw ${emoji}.`;
export const spoke = (messageId: string): string => `Said ${messageId}.`;
export const chose = (value: string): string => `Chose ${value}.`;
export const found = (value: string): string => `Found ${value}.`;
export const wrote = (text: string): string => `You wrote: ${text}`;

/** The choices of `/find` for what has been typed. */
export function choicesFor(typed: string): { name: string; value: string }[] {
  return ['small', 'smart', 'large'].filter((name) => name.startsWith(typed)).map((name) => ({ name, value: name }));
}

export const ids = { button: 'again', menu: 'colour', form: 'form', words: 'words' } as const;
export const colours = ['red', 'blue'] as const;

/** `!menu` in Discord's own form. Not every library takes it as it is. */
export const menuRows = [
  { type: 1 as const, components: [{ type: 2 as const, style: 1 as const, label: 'Again', custom_id: ids.button }] },
  {
    type: 1 as const,
    components: [
      {
        type: 3 as const,
        custom_id: ids.menu,
        options: colours.map((value) => ({ label: value, value })),
      },
    ],
  },
];

export const form = { title: 'Your words', label: 'What would you like to say?' } as const;

/** The commands in Discord's own form. */
export const commands = [
  { type: 1 as const, name: 'slow', description: 'Answer after a while' },
  { type: 1 as const, name: 'secret', description: 'Answer you alone' },
  {
    type: 1 as const,
    name: 'find',
    description: 'Find a model',
    options: [
      { type: 3 as const, name: 'what', description: 'Its name', required: true as const, autocomplete: true as const },
    ],
  },
  { type: 1 as const, name: 'form', description: 'Show a form' },
];

/** Downloads a file as text, with the client that Node has. */
export async function download(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} was answered ${String(response.status)}.`);
  return response.text();
}
