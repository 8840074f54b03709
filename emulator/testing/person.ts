import { setTimeout as delay } from 'node:timers/promises';
import type { APIApplicationCommand, APIMessage, APIUser } from 'discord-api-types/v10';
import { commandData, type OptionInput, type PersonFile } from './person-commands.ts';
import { formData, type FieldInput, type PersonModal } from './person-forms.ts';
import { PersonGateway } from './person-gateway.ts';
import { PersonView, type SeenChannel } from './person-view.ts';

export type { OptionInput, PersonFile } from './person-commands.ts';
export type { FieldInput, PersonModal } from './person-forms.ts';

interface PersonOptions {
  /** Where the server is, without a slash at the end: `http://127.0.0.1:8080`. */
  origin: string;
  token: string;
  /** How long an expectation waits before it fails. */
  timeoutMs?: number;
}

/** How a press or a command went: it was answered, perhaps with a form. */
export interface InteractionOutcome {
  id: string;
  modal: PersonModal | null;
}

/** What a message has to be: text that it contains, a pattern, or anything else about it. */
type MessageMatch = string | RegExp | ((message: APIMessage) => boolean);

const defaultTimeoutMs = 20_000;

/**
 * A member at a keyboard, for tests: does what a client lets a person do and sees what a client shows, over the public
 * wire only. A channel is named by `#name`, `name` or its id. Every method rejects with what the server answered; an
 * expectation that is not met rejects with what was seen instead.
 */
export class Person {
  readonly view = new PersonView();
  readonly #origin: string;
  readonly #token: string;
  readonly #timeoutMs: number;
  readonly #gateway: PersonGateway;
  #wake: (() => void)[] = [];
  #loss: string | null = null;
  #nonce = 0;

  private constructor({ origin, token, timeoutMs = defaultTimeoutMs }: PersonOptions) {
    this.#origin = origin;
    this.#token = token;
    this.#timeoutMs = timeoutMs;
    this.#gateway = new PersonGateway(
      `${origin.replace(/^http/, 'ws')}/gateway`,
      token,
      (dispatch) => {
        this.view.apply(dispatch);
        this.#wakeAll();
      },
      (reason) => {
        this.#loss = reason;
        this.#wakeAll();
      },
    );
  }

  /** Connects and waits until every server and channel is known. */
  static async connect(options: PersonOptions): Promise<Person> {
    const person = new Person(options);
    await person.until('to be connected', () => (person.view.isReady ? true : null));
    return person;
  }

  get user(): APIUser {
    if (!this.view.user) throw new Error('The person is not connected.');
    return this.view.user;
  }

  /** Closes the connection and ends its session. */
  async close(): Promise<void> {
    await this.#gateway.leave();
  }

  /** Writes a message and answers it as the server stored it. */
  says(
    channel: string,
    text: string,
    options: { files?: PersonFile[]; replyTo?: APIMessage; more?: Record<string, unknown> } = {},
  ): Promise<APIMessage> {
    const { files = [], replyTo, more = {} } = options;
    const body = {
      ...more,
      content: text,
      nonce: this.#nextNonce(),
      ...(replyTo ? { message_reference: { message_id: replyTo.id, channel_id: replyTo.channel_id } } : {}),
      ...(files.length > 0 ? { attachments: files.map(({ name }, id) => ({ id, filename: name })) } : {}),
    };
    return this.request('POST', `/channels/${this.channel(channel).id}/messages`, body, files);
  }

  /** Shows a message in another channel. */
  forwards(message: APIMessage, channel: string): Promise<APIMessage> {
    const reference = { type: 1, message_id: message.id, channel_id: message.channel_id };
    return this.says(channel, '', { more: { message_reference: reference } });
  }

  /**
   * Waits for a message of somebody else that matches, or finds one that came before; each form of a message is found
   * once, and an edit makes it new. With `in`, only in that channel.
   */
  sees(match: MessageMatch, options: { in?: string; timeoutMs?: number } = {}): Promise<APIMessage> {
    const channelId = options.in === undefined ? null : this.channel(options.in).id;
    const matches = (message: APIMessage): boolean =>
      (channelId === null || message.channel_id === channelId) && doesMatch(match, message);
    const wanted =
      typeof match === 'function' ? 'a message that satisfies the condition' : `a message with ${String(match)}`;
    return this.until(wanted, () => this.view.take(matches), options.timeoutMs);
  }

  /** Waits for a dispatch, or finds one that came before; answers its data. */
  hears<T>(event: string, matches: (data: T) => boolean = () => true, timeoutMs?: number): Promise<T> {
    return this.until(
      `the event ${event}`,
      () => (this.view.dispatches.find(({ t, d }) => t === event && matches(d as T))?.d as T | undefined) ?? null,
      timeoutMs,
    );
  }

  /** Types a slash command such as `model set` and waits until the application has answered it. */
  async runs(
    command: string,
    options: Readonly<Record<string, OptionInput>> = {},
    place: { in?: string } = {},
  ): Promise<InteractionOutcome> {
    const channel = this.channel(place.in ?? 'general');
    const words = command.replace(/^\//, '').split(' ');
    const found = await this.#findCommand(channel, words[0] ?? '', 1);
    const { data, files } = commandData(found, words, options);
    return this.#interact(channel, 2, found.application_id, data, { files });
  }

  /** The choices that an application offers while the person types `focused`. */
  async completes(
    command: string,
    options: Readonly<Record<string, OptionInput>>,
    focused: string,
    place: { in?: string } = {},
  ): Promise<{ name: string; value: string | number }[]> {
    const channel = this.channel(place.in ?? 'general');
    const words = command.replace(/^\//, '').split(' ');
    const found = await this.#findCommand(channel, words[0] ?? '', 1);
    const { data } = commandData(found, words, options, focused);
    const nonce = await this.#post(channel, 4, found.application_id, data, {});
    const { choices } = await this.hears<{ nonce: string; choices: { name: string; value: string | number }[] }>(
      'APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE',
      (response) => response.nonce === nonce,
    );
    return choices;
  }

  /** Chooses a command from the context menu of a message or of a user. */
  async picks(command: string, target: APIMessage | APIUser, place: { in?: string } = {}): Promise<InteractionOutcome> {
    const isMessage = 'channel_id' in target;
    const channel = this.channel(isMessage ? target.channel_id : (place.in ?? 'general'));
    const type = isMessage ? 3 : 2;
    const found = await this.#findCommand(channel, command, type);
    const data = { id: found.id, name: found.name, type, version: found.version, target_id: target.id };
    return this.#interact(channel, 2, found.application_id, data, {});
  }

  /** Presses a button. */
  presses(message: APIMessage, customId: string): Promise<InteractionOutcome> {
    return this.#uses(message, { component_type: 2, custom_id: customId });
  }

  /** Chooses from a select menu; `type` is the menu's component type, a menu of texts unless given. */
  selects(message: APIMessage, customId: string, values: string[], type = 3): Promise<InteractionOutcome> {
    return this.#uses(message, { component_type: type, custom_id: customId, values });
  }

  /** Fills in a form and sends it. Inputs go by custom id; other fields keep what the form put into them. */
  submits(modal: PersonModal, inputs: Readonly<Record<string, FieldInput>>): Promise<InteractionOutcome> {
    const { data, files } = formData(modal, inputs);
    return this.#interact(this.channel(modal.channel_id), 5, modal.application.id, data, { files });
  }

  /** Adds a reaction: a Unicode emoji, or `name:id`. */
  async reacts(message: APIMessage, emoji: string): Promise<void> {
    await this.request('PUT', `${pathOf(message)}/reactions/${encodeURIComponent(emoji)}/@me`);
  }

  /** Takes an own reaction back. */
  async unreacts(message: APIMessage, emoji: string): Promise<void> {
    await this.request('DELETE', `${pathOf(message)}/reactions/${encodeURIComponent(emoji)}/@me`);
  }

  edits(message: APIMessage, content: string): Promise<APIMessage> {
    return this.request('PATCH', pathOf(message), { content });
  }

  async deletes(message: APIMessage): Promise<void> {
    await this.request('DELETE', pathOf(message));
  }

  /** The latest messages of a channel as the server has them, oldest first. */
  async messages(channel: string, limit = 50): Promise<APIMessage[]> {
    const path = `/channels/${this.channel(channel).id}/messages?limit=${String(limit)}`;
    return (await this.request<APIMessage[]>('GET', path)).reverse();
  }

  /** Opens a thread on a message. */
  opensThread(message: APIMessage, name: string): Promise<{ id: string }> {
    return this.request('POST', `${pathOf(message)}/threads`, { name });
  }

  /** Opens the direct messages with a user; the answer's id names the channel from then on. */
  async opensDirectMessages(userId: string): Promise<{ id: string }> {
    const channel = await this.request<{ id: string }>('POST', '/users/@me/channels', { recipient_id: userId });
    await this.until('the direct messages', () => this.view.channels.get(channel.id) ?? null);
    return channel;
  }

  /** The channel that a test means. */
  channel(name: string): SeenChannel {
    const bare = name.replace(/^#/, '');
    const found = this.view.channels.get(bare) ?? [...this.view.channels.values()].find((one) => one.name === bare);
    if (found) return found;
    const known = [...this.view.channels.values()].map((one) => `#${one.name ?? one.id}`).join(', ');
    throw new Error(`${this.user.username} sees no channel "${name}". There are: ${known || 'none'}.`);
  }

  /** Any request to the API as this person. Rejects with the server's words unless the answer is 2xx. */
  async request<T = unknown>(method: string, path: string, body?: unknown, files: PersonFile[] = []): Promise<T> {
    const headers: Record<string, string> = { authorization: this.#token };
    const payload = files.length > 0 ? multipart(body, files) : body === undefined ? null : JSON.stringify(body);
    if (typeof payload === 'string') headers['content-type'] = 'application/json';
    const response = await fetch(`${this.#origin}/api/v10${path}`, { method, headers, body: payload });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered ${String(response.status)}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** Waits until `find` finds something, looking again at every dispatch. */
  async until<T>(wanted: string, find: () => T | null, timeoutMs = this.#timeoutMs): Promise<T> {
    const expired = new AbortController();
    const timeout = delay(timeoutMs, 'expired' as const, { signal: expired.signal }).catch(() => 'expired' as const);
    try {
      for (;;) {
        const found = find();
        if (found !== null) return found;
        const name = this.view.user?.username ?? 'The person';
        if (this.#loss !== null) throw new Error(`${name} waited for ${wanted}, but ${this.#loss}`);
        const woken = new Promise<'woken'>((resolve) => this.#wake.push(() => resolve('woken')));
        if ((await Promise.race([woken, timeout])) === 'expired') {
          throw new Error(`${name} waited ${String(timeoutMs)} ms for ${wanted}.\n${this.view.describe()}`);
        }
      }
    } finally {
      expired.abort();
    }
  }

  #wakeAll(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }

  #nextNonce(): string {
    this.#nonce += 1;
    return `${String(Date.now())}${String(this.#nonce).padStart(4, '0')}`;
  }

  /** Among what the place offers, then among what the person has installed and may use in such a place. */
  async #findCommand(channel: SeenChannel, name: string, type: number): Promise<APIApplicationCommand> {
    const list = async (scope: string): Promise<APIApplicationCommand[]> => {
      const path = `${scope}/application-command-index`;
      return (await this.request<{ application_commands: APIApplicationCommand[] }>('GET', path)).application_commands;
    };
    const isMeant = (command: APIApplicationCommand): boolean => command.name === name && Number(command.type) === type;
    const here = await list(channel.guildId === null ? `/channels/${channel.id}` : `/guilds/${channel.guildId}`);
    const found = here.find(isMeant);
    if (found) return found;
    // Guilds are context 0; which of the direct messages are the application's own is for the server to say.
    const isForHere = ({ contexts }: APIApplicationCommand): boolean =>
      contexts?.some((context) => (Number(context) === 0) === (channel.guildId !== null)) ?? true;
    const own = (await list('/users/@me')).filter(isForHere);
    const names = [...here, ...own].map((command) => command.name).join(', ');
    const installed = own.find(isMeant);
    if (installed) return installed;
    throw new Error(`${this.user.username} is offered no command "${name}". There are: ${names || 'none'}.`);
  }

  #uses(message: APIMessage, data: Record<string, unknown>): Promise<InteractionOutcome> {
    // A bot's plain message names no application; its id is that of the bot.
    const applicationId = message.application_id ?? message.author.id;
    return this.#interact(this.channel(message.channel_id), 3, applicationId, data, { messageId: message.id });
  }

  async #interact(
    channel: SeenChannel,
    type: number,
    applicationId: string,
    data: unknown,
    extra: { files?: PersonFile[]; messageId?: string },
  ): Promise<InteractionOutcome> {
    const nonce = await this.#post(channel, type, applicationId, data, extra);
    const isOurs = (d: unknown): boolean => (d as { nonce?: unknown }).nonce === nonce;
    const outcome = await this.until('the application to answer', () => {
      return this.view.dispatches.find(({ t, d }) => /^INTERACTION_(SUCCESS|FAILURE)$/.test(t) && isOurs(d)) ?? null;
    });
    if (outcome.t === 'INTERACTION_FAILURE') throw new Error('The application did not respond.');
    const modal = this.view.dispatches.find(({ t, d }) => t === 'INTERACTION_MODAL_CREATE' && isOurs(d));
    return { id: (outcome.d as { id: string }).id, modal: (modal?.d as PersonModal | undefined) ?? null };
  }

  async #post(
    channel: SeenChannel,
    type: number,
    applicationId: string,
    data: unknown,
    { files = [], messageId }: { files?: PersonFile[]; messageId?: string },
  ): Promise<string> {
    const nonce = this.#nextNonce();
    const body = {
      type,
      application_id: applicationId,
      ...(channel.guildId === null ? {} : { guild_id: channel.guildId }),
      channel_id: channel.id,
      ...(messageId === undefined ? {} : { message_id: messageId }),
      session_id: this.#gateway.sessionId,
      nonce,
      data,
    };
    await this.request('POST', '/interactions', body, files);
    return nonce;
  }
}

/** Connects the member of that name, whose token the control interface tells. */
export async function connectPerson(
  origin: string,
  username: string,
  options: Pick<PersonOptions, 'timeoutMs'> = {},
): Promise<Person> {
  const response = await fetch(`${origin}/_control/state`);
  const { members } = (await response.json()) as { members: { username: string; token: string }[] };
  const member = members.find((candidate) => candidate.username === username);
  if (!member) {
    const names = members.map((candidate) => candidate.username).join(', ');
    throw new Error(`There is no member "${username}". There are: ${names || 'none'}.`);
  }
  return Person.connect({ origin, token: member.token, ...options });
}

function doesMatch(match: MessageMatch, message: APIMessage): boolean {
  if (typeof match === 'function') return match(message);
  return typeof match === 'string' ? message.content.includes(match) : match.test(message.content);
}

function pathOf(message: APIMessage): string {
  return `/channels/${message.channel_id}/messages/${message.id}`;
}

function multipart(body: unknown, files: readonly PersonFile[]): FormData {
  const form = new FormData();
  form.set('payload_json', JSON.stringify(body));
  files.forEach(({ name, data, type }, index) => {
    const bytes = typeof data === 'string' ? data : new Uint8Array(data);
    form.set(`files[${String(index)}]`, new Blob([bytes], { type: type ?? 'application/octet-stream' }), name);
  });
  return form;
}
