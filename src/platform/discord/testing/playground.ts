import type { GatewayDispatchPayload } from 'discord-api-types/v10';
import { GatewayIntentBits as Intents } from 'discord-api-types/v10';
import { startEmulator, type Emulator } from '../../../../emulator/index.ts';
import { systemClock } from '../../../kernel/clock.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import { systemRandom } from '../../../kernel/random.ts';
import type { Postgres } from '../../postgres/index.ts';
import { createDiscord } from '../create.ts';
import type { CachedGuild, Discord } from '../index.ts';

export const INTENTS =
  Intents.Guilds | Intents.GuildMessages | Intents.DirectMessages | Intents.MessageContent | Intents.GuildMembers;

interface ControlState {
  guilds: {
    id: string;
    name: string;
    roles: { id: string; name: string }[];
    channels: { id: string; name: string }[];
  }[];
  members: { id: string; username: string; token: string }[];
  application: { id: string; botUserId: string; botToken: string };
}

/** Discord on this machine, and what members and the test do there. */
export class Playground {
  readonly emulator: Emulator;
  state!: ControlState;

  private constructor(emulator: Emulator) {
    this.emulator = emulator;
  }

  static async open(): Promise<Playground> {
    const playground = new Playground(await startEmulator({ port: 0, dataDir: null }));
    playground.state = await playground.control('GET', 'state');
    return playground;
  }

  get guildId(): string {
    return this.state.guilds[0]?.id ?? '';
  }

  channel(name: string): string {
    return this.state.guilds[0]?.channels.find((channel) => channel.name === name)?.id ?? '';
  }

  control<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    return this.#call(method, `/_control/${path}`, undefined, body);
  }

  /** As the member called `name`. */
  as<T>(name: string, method: string, path: string, body?: unknown): Promise<T> {
    const member = this.state.members.find(({ username }) => username === name);
    return this.#call(method, `/api/v10${path}`, member?.token, body);
  }

  async says(name: string, channelId: string, content: string): Promise<string> {
    return (await this.as<{ id: string }>(name, 'POST', `/channels/${channelId}/messages`, { content })).id;
  }

  /** How often the emulator refused a request for going over a limit. */
  async tooMany(): Promise<number> {
    const requests = await this.control<{ status: number }[]>('GET', 'requests');
    return requests.filter(({ status }) => status === 429).length;
  }

  bot(postgres: Postgres, token = this.state.application.botToken): Promise<Discord> {
    const apiBase = `${this.emulator.origin}/api`;
    return createDiscord({ token, apiBase, postgres, clock: systemClock, random: systemRandom, logger: silentLogger });
  }

  async #call<T>(method: string, path: string, token: string | undefined, body: unknown): Promise<T> {
    const answer = await fetch(this.emulator.origin + path, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: token }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}

/** A bot's gateway that writes down what it is told. */
export class Listener {
  readonly discord: Discord;
  readonly events: GatewayDispatchPayload[] = [];
  readonly joined: CachedGuild[] = [];
  readonly refused: number[] = [];
  /** Handles an event; while it has not resolved, the session position stays before it. */
  onMessage: (content: string) => Promise<void> = () => Promise.resolve();
  #watchers = new Set<() => void>();

  constructor(discord: Discord) {
    this.discord = discord;
  }

  start(intents = INTENTS, statusText?: string): Promise<void> {
    return this.discord.gateway.start({
      intents,
      statusText,
      onIntentsRefused: (refused) => this.refused.push(refused),
      onDispatch: (event) => this.#receive(event),
      onGuildJoined: (guild) => {
        this.joined.push(guild);
        this.#changed();
        return Promise.resolve();
      },
    });
  }

  get messages(): string[] {
    return this.events.flatMap((event) => (event.t === 'MESSAGE_CREATE' ? event.d.content : []));
  }

  /** Resolves once `condition` holds; looked at after each event. */
  async until(condition: () => boolean): Promise<void> {
    const deadline = AbortSignal.timeout(8000);
    while (!condition()) {
      deadline.throwIfAborted();
      await new Promise<void>((resolve) => {
        const retry = setTimeout(resolve, 20);
        this.#watchers.add(() => {
          clearTimeout(retry);
          resolve();
        });
      });
    }
  }

  async #receive(event: GatewayDispatchPayload): Promise<void> {
    this.events.push(event);
    this.#changed();
    if (event.t === 'MESSAGE_CREATE') await this.onMessage(event.d.content);
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
    this.#watchers.clear();
  }
}
