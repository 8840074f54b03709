import type { APIMessage, APIUser } from 'discord-api-types/v10';
import type { Dispatch } from './person-gateway.ts';

export interface SeenChannel {
  id: string;
  name: string | null;
  guildId: string | null;
  type: number;
}

interface SeenMessage {
  message: APIMessage;
  /** Grows with each edit; `reported` follows when a test has been given the message. */
  version: number;
  reported: number;
}

interface RawChannel {
  id: string;
  type: number;
  name?: string | null;
  guild_id?: string;
  recipients?: { id: string; username: string }[];
}

/** What a person's client has been told since it connected: the state that a page would draw. */
export class PersonView {
  user: APIUser | null = null;
  readonly channels = new Map<string, SeenChannel>();
  readonly #messages = new Map<string, SeenMessage>();
  #expectedGuilds: number | null = null;
  #guildCount = 0;
  /** Every dispatch in the order of arrival. */
  readonly dispatches: Dispatch[] = [];

  /** READY and every guild that it announced have arrived. */
  get isReady(): boolean {
    return this.#expectedGuilds !== null && this.#guildCount >= this.#expectedGuilds;
  }

  apply(dispatch: Dispatch): void {
    this.dispatches.push(dispatch);
    const { t, d } = dispatch;
    if (t === 'READY') this.#applyReady(d as { user: APIUser; guilds: unknown[]; private_channels: RawChannel[] });
    else if (t === 'GUILD_CREATE') this.#applyGuild(d as { id: string; channels: RawChannel[]; threads: RawChannel[] });
    else if (/^(CHANNEL|THREAD)_(CREATE|UPDATE)$/.test(t)) this.#addChannel(d as RawChannel);
    else if (t === 'CHANNEL_DELETE' || t === 'THREAD_DELETE') this.channels.delete((d as RawChannel).id);
    else if (t === 'MESSAGE_CREATE' || t === 'MESSAGE_UPDATE') this.#applyMessage(d as APIMessage);
    else if (t === 'MESSAGE_DELETE') this.#messages.delete((d as { id: string }).id);
  }

  /** The first message of somebody else that matches and has not been taken in its present form. */
  take(matches: (message: APIMessage) => boolean): APIMessage | null {
    for (const seen of this.#messages.values()) {
      const isOwn = seen.message.author.id === this.user?.id;
      if (isOwn || seen.reported === seen.version || !matches(seen.message)) continue;
      seen.reported = seen.version;
      return seen.message;
    }
    return null;
  }

  /** A message as it is now; the given one when this client has not been told of it. */
  current(message: APIMessage): APIMessage {
    return this.#messages.get(message.id)?.message ?? message;
  }

  /** What a failed expectation shows: the latest messages, one a line. */
  describe(): string {
    const lines = [...this.#messages.values()].slice(-15).map(({ message, version, reported }) => {
      const place = this.channels.get(message.channel_id)?.name ?? message.channel_id;
      const marks = [
        message.edited_timestamp ? 'edited' : '',
        ((message.flags ?? 0) & 64) !== 0 ? 'ephemeral' : '',
        ((message.flags ?? 0) & 128) !== 0 ? 'loading' : '',
        message.embeds.length > 0 ? `${String(message.embeds.length)} embeds` : '',
        message.attachments.length > 0 ? `${String(message.attachments.length)} files` : '',
        reported === version ? 'taken' : '',
      ].filter(Boolean);
      return `  #${place} ${message.author.username}: ${JSON.stringify(message.content)} ${marks.join(', ')}`.trimEnd();
    });
    const events = this.dispatches.slice(-10).map(({ t }) => t);
    return `Messages seen:\n${lines.join('\n') || '  none'}\nLatest events: ${events.join(', ') || 'none'}`;
  }

  #applyReady({
    user,
    guilds,
    private_channels: channels,
  }: {
    user: APIUser;
    guilds: unknown[];
    private_channels: RawChannel[];
  }): void {
    this.user = user;
    this.#expectedGuilds = guilds.length;
    this.#guildCount = 0;
    for (const channel of channels) this.#addChannel(channel);
  }

  #applyGuild({ id, channels, threads }: { id: string; channels: RawChannel[]; threads: RawChannel[] }): void {
    this.#guildCount += 1;
    for (const channel of [...channels, ...threads]) this.#addChannel({ ...channel, guild_id: id });
  }

  #addChannel({ id, type, name, guild_id: guildId, recipients }: RawChannel): void {
    this.channels.set(id, { id, type, name: name ?? recipients?.[0]?.username ?? null, guildId: guildId ?? null });
  }

  #applyMessage(message: APIMessage): void {
    const seen = this.#messages.get(message.id);
    if (seen) Object.assign(seen, { message: { ...seen.message, ...message }, version: seen.version + 1 });
    else this.#messages.set(message.id, { message, version: 1, reported: 0 });
  }
}
