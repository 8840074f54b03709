import { type ClientState, initialState } from '../state/client-state.ts';
import type { Channel, Message } from '../state/model.ts';
import { allows, Permission } from '../state/permissions.ts';
import { addresses } from '../state/reduce-messages.ts';
import { isUnread, ownPermissions } from '../state/select.ts';
import { type Action, reduce } from '../state/reduce.ts';
import { createNonce } from '../state/snowflake.ts';
import { createStore, type Store } from '../state/store.ts';
import { toPageAddress } from './addresses.ts';
import { type Api, createApi, type NewPost } from './api.ts';
import type { ControlMember } from './control.ts';
import { GatewayConnection } from './gateway.ts';
import { InteractionSender } from './interaction-sender.ts';
import { Outbox } from './outbox.ts';
import { loadReadMarks, saveReadMarks } from './read-marks.ts';
import { ApiError, createRequest } from './rest.ts';

const pageSize = 50;
const typingEveryMs = 8_000;
/** In how many channels at once missed messages are counted. */
const mostMissed = 30;

/** Everything one member does and sees. Made for one member; switching members makes a new one. */
export class PlaygroundClient {
  readonly member: ControlMember;
  readonly store: Store<ClientState, Action>;
  readonly api: Api;
  readonly outbox: Outbox;
  readonly interactions: InteractionSender;
  #gateway: GatewayConnection | null = null;
  readonly #loading = new Set<string>();
  #lastTypingMs = 0;

  constructor(member: ControlMember) {
    this.member = member;
    this.store = createStore(initialState(loadReadMarks(member.id)), reduce);
    const browserFetch: typeof fetch = (...request) => fetch(...request);
    this.api = createApi(createRequest({ baseUrl: '/api/v10', token: member.token, fetch: browserFetch }));
    const nonce = (): string => createNonce(Date.now(), Math.random());
    this.outbox = new Outbox(this.api, {
      createNonce: nonce,
      wait,
      onChange: (message) => this.store.dispatch({ type: 'outgoing', message }),
      onSent: (message, sentNonce) => {
        this.store.dispatch({ type: 'message', message, atMs: Date.now() });
        this.store.dispatch({ type: 'outgoing-gone', nonce: sentNonce });
      },
    });
    this.interactions = new InteractionSender(this.api, this.store, { createNonce: nonce, wait });
  }

  /** Connects; returns how to disconnect for good. */
  start(): () => void {
    const gateway = this.#connect();
    this.#gateway = gateway;
    void gateway.open();
    const wake = (): void => void gateway.open();
    window.addEventListener('online', wake);
    let saved = this.store.getState().lastRead;
    const stopSaving = this.store.subscribe(() => {
      const { lastRead } = this.store.getState();
      if (lastRead === saved) return;
      saved = lastRead;
      saveReadMarks(this.member.id, lastRead);
    });
    return () => {
      window.removeEventListener('online', wake);
      stopSaving();
      gateway.close();
    };
  }

  /** Tries to connect now instead of at the end of the pause. */
  reconnect(): void {
    void this.#gateway?.open();
  }

  /** Loads the newest page. Rejects with an `ApiError`. */
  async loadLatest(channelId: string): Promise<void> {
    await this.#once(`${channelId}/latest`, async () => {
      const messages = await this.api.messages(channelId, { limit: pageSize });
      this.store.dispatch({ type: 'history', channelId, mode: 'latest', messages, limit: pageSize });
    });
  }

  /** Loads the page before the oldest known message, unless history ends there. */
  async loadOlder(channelId: string): Promise<void> {
    const window = this.store.getState().windows[channelId];
    const oldest = window?.items[0];
    if (window?.hasBefore !== true || oldest === undefined) return;
    await this.#once(`${channelId}/before`, async () => {
      const messages = await this.api.messages(channelId, { limit: pageSize, before: oldest.id });
      this.store.dispatch({ type: 'history', channelId, mode: 'before', messages, limit: pageSize });
    });
  }

  /** Loads the page after the youngest known message when the window shows an older stretch. */
  async loadNewer(channelId: string): Promise<void> {
    const window = this.store.getState().windows[channelId];
    const youngest = window?.items.at(-1);
    if (window?.hasAfter !== true || youngest === undefined) return;
    await this.#once(`${channelId}/after`, async () => {
      const messages = await this.api.messages(channelId, { limit: pageSize, after: youngest.id });
      this.store.dispatch({ type: 'history', channelId, mode: 'after', messages, limit: pageSize });
    });
  }

  /** Makes the message part of the window. Resolves to false when it no longer exists. */
  async reveal(channelId: string, messageId: string): Promise<boolean> {
    const has = (): boolean =>
      this.store.getState().windows[channelId]?.items.some((item) => item.id === messageId) ?? false;
    if (has()) return true;
    const messages = await this.api.messages(channelId, { limit: pageSize, around: messageId });
    if (!messages.some((message) => message.id === messageId)) return false;
    this.store.dispatch({ type: 'history', channelId, mode: 'around', messages, limit: pageSize });
    return has();
  }

  /** Opens (or finds) the DM with a user and returns its channel id. */
  async openDirectChannel(userId: string): Promise<string> {
    const channel = await this.api.openDirectChannel(userId);
    this.store.dispatch({ type: 'channel', channel });
    return channel.id;
  }

  /** Opens a thread on a message, or a free-standing one, and returns its channel id. */
  async createThread(channelId: string, messageId: string | null, name: string): Promise<string> {
    const channel = await this.api.createThread(channelId, messageId, name);
    this.store.dispatch({ type: 'channel', channel });
    return channel.id;
  }

  /** Passes a message on to another channel, where it stands as it is now. */
  async forward(message: Message, channelId: string): Promise<void> {
    const guildId = this.store.getState().channels[message.channel_id]?.guildId ?? null;
    const reference = {
      type: 1,
      message_id: message.id,
      channel_id: message.channel_id,
      ...(guildId === null ? {} : { guild_id: guildId }),
    };
    const sent = await this.api.sendMessage(channelId, { message_reference: reference }, []);
    this.store.dispatch({ type: 'message', message: sent, atMs: Date.now() });
  }

  /** Makes the channel known, where it is not: archived threads come with no dispatch. */
  async knowChannel(channelId: string): Promise<void> {
    if (this.store.getState().channels[channelId] !== undefined) return;
    this.store.dispatch({ type: 'channel', channel: await this.api.channel(channelId) });
  }

  /** Opens a post in a forum and returns its channel id. */
  async createPost(forumId: string, post: NewPost): Promise<string> {
    const channel = await this.api.createPost(forumId, post);
    this.store.dispatch({ type: 'channel', channel });
    if (channel.message !== undefined) {
      this.store.dispatch({ type: 'message', message: channel.message, atMs: Date.now() });
    }
    return channel.id;
  }

  /** Loads the first messages of threads that are not known yet, one after the other. */
  async loadStarters(threadIds: readonly string[]): Promise<void> {
    for (const threadId of threadIds) {
      if (threadId in this.store.getState().starters) continue;
      await this.#once(`${threadId}/starter`, async () => {
        const message = await this.api.message(threadId, threadId).catch((error: unknown) => {
          if (error instanceof ApiError && error.status === 404) return null;
          return undefined;
        });
        if (message !== undefined) this.store.dispatch({ type: 'starter', threadId, message });
      });
    }
  }

  /** Tells the channel that this member is typing, at most every eight seconds. */
  noteTyping(channelId: string): void {
    const nowMs = Date.now();
    if (nowMs - this.#lastTypingMs < typingEveryMs) return;
    this.#lastTypingMs = nowMs;
    this.api.startTyping(channelId).catch(() => undefined);
  }

  async #once(key: string, load: () => Promise<void>): Promise<void> {
    if (this.#loading.has(key)) return;
    this.#loading.add(key);
    try {
      await load();
    } finally {
      this.#loading.delete(key);
    }
  }

  #connect(): GatewayConnection {
    return new GatewayConnection(this.member.token, () => this.api.gatewayUrl(), browserEnvironment, {
      onDispatch: (event, data) => this.#onDispatch(event, data),
      onWaiting: (attempt) => this.store.dispatch({ type: 'connection', connection: { phase: 'waiting', attempt } }),
      onRefused: (reason) => this.store.dispatch({ type: 'connection', connection: { phase: 'refused', reason } }),
    });
  }

  #onDispatch(event: string, data: unknown): void {
    this.store.dispatch({ type: 'dispatch', event, data, atMs: Date.now() });
    if (event === 'READY') void this.#loadDirectChannels();
    if (event === 'GUILD_CREATE') {
      const guild = data as { id: string; member_count?: number };
      this.#completeMembers(guild);
      void this.#countMissed((channel) => channel.guildId === guild.id);
    }
  }

  /** READY lists DMs for people's clients on Discord; asking as well costs one request and misses none. */
  async #loadDirectChannels(): Promise<void> {
    const channels = await this.api.directChannels().catch(() => []);
    for (const channel of channels) this.store.dispatch({ type: 'channel', channel });
    await this.#countMissed((channel) => channel.guildId === null);
  }

  /** Counts what was said to this person while they were away, for the badges. */
  async #countMissed(isIn: (channel: Channel) => boolean): Promise<void> {
    const state = this.store.getState();
    const missed = Object.values(state.channels)
      .filter((channel) => isIn(channel) && isUnread(state, channel) && channel.thread?.archived !== true)
      .filter((channel) => allows(ownPermissions(state, channel), Permission.viewChannel))
      .slice(0, mostMissed);
    for (const channel of missed) {
      const after = state.lastRead[channel.id] ?? '0';
      const messages = await this.api.messages(channel.id, { limit: pageSize, after }).catch(() => []);
      const now = this.store.getState();
      const isRead = now.lastRead[channel.id] !== state.lastRead[channel.id];
      const count = messages.filter((message) => addresses(now, message, this.member.id)).length;
      if (!isRead && count > 0) this.store.dispatch({ type: 'mentions', channelId: channel.id, count });
    }
  }

  #completeMembers(guild: { id: string; member_count?: number }): void {
    const known = Object.keys(this.store.getState().members[guild.id] ?? {}).length;
    if (known < (guild.member_count ?? 0)) this.#gateway?.requestMembers(guild.id);
  }
}

function wait(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}

const browserEnvironment = {
  openSocket: (url: string) => new WebSocket(toPageAddress(url, location.origin)),
  setTimer: (callback: () => void, delayMs: number) => window.setTimeout(callback, delayMs),
  clearTimer: (timer: number) => window.clearTimeout(timer),
  random: () => Math.random(),
};
