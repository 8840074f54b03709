import { type ClientState, initialState } from '../state/client-state.ts';
import { type Action, reduce } from '../state/reduce.ts';
import { createNonce } from '../state/snowflake.ts';
import { createStore, type Store } from '../state/store.ts';
import { toPageAddress } from './addresses.ts';
import { type Api, createApi } from './api.ts';
import type { ControlMember } from './control.ts';
import { GatewayConnection } from './gateway.ts';
import { InteractionSender } from './interaction-sender.ts';
import { Outbox } from './outbox.ts';
import { loadReadMarks, saveReadMarks } from './read-marks.ts';
import { createRequest } from './rest.ts';

const pageSize = 50;
const typingEveryMs = 8_000;

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
    if (event === 'GUILD_CREATE') this.#completeMembers(data as { id: string; member_count?: number });
  }

  /** READY lists DMs for people's clients on Discord; asking as well costs one request and misses none. */
  async #loadDirectChannels(): Promise<void> {
    const channels = await this.api.directChannels().catch(() => []);
    for (const channel of channels) this.store.dispatch({ type: 'channel', channel });
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
