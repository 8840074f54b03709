import type { Socket } from 'node:net';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { sessionSettings } from './session-settings.ts';
import type { StatementNames } from './statement-names.ts';

/** Tracks sessions from before they connect until they end. */
interface Registry {
  add(session: Session): void;
  remove(session: Session): void;
}

export interface SessionConfig extends pg.ClientConfig {
  /** The schema of our tables. Without it the role's search path stays. */
  schema?: string | undefined;
  /** Notices when the connection goes silent. */
  watch?: Registry | undefined;
  /** Names for the statements that come often. Without them each is planned each time. */
  names?: StatementNames | undefined;
}

/** The server's process of a connection; its start time distinguishes it from a later process with the same number. */
export interface Backend {
  pid: number;
  started: string;
}

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * A connection with the settings that our SQL needs, whatever the defaults of role, database or server. `run` and
 * `ping` keep the figures by which ConnectionWatch finds silent connections.
 */
export class Session extends pg.Client {
  readonly schema: string | undefined;
  readonly #watch: Registry | undefined;
  readonly #names: StatementNames | undefined;
  readonly #timeoutMs: number;
  #backend: Backend | undefined;
  #requests = 0;
  #answers = 0;
  #ping: { sinceMs: number; answer: Promise<boolean> } | undefined;
  #waitingSinceMs = 0;
  #heardMs = performance.now();

  constructor(config: SessionConfig = {}) {
    super(config);
    this.schema = config.schema;
    this.#watch = config.watch;
    this.#names = config.names;
    this.#timeoutMs = config.connectionTimeoutMillis ?? CONNECT_TIMEOUT_MS;
    // A lost connection fails the query that uses it; without a listener the event would end the process.
    this.on('error', () => {});
  }

  override connect(): Promise<this>;
  override connect(callback: ((error: Error) => void) | ((error: null, client: pg.Client) => void)): void;
  override connect(
    callback?: ((error: Error) => void) | ((error: null, client: pg.Client) => void),
  ): Promise<this> | undefined {
    const opened = this.#open();
    if (!callback) return opened;
    const tell = callback as (error: Error | null, client?: pg.Client) => void;
    opened.then(
      () => tell(null, this),
      (error: unknown) => tell(error as Error),
    );
    return undefined;
  }

  async #open(): Promise<this> {
    const timer = setTimeout(() => this.cut(), this.#timeoutMs).unref();
    this.once('end', () => this.#watch?.remove(this));
    this.#watch?.add(this);
    try {
      await super.connect();
      // Several statements in one message give several results, which the types don't know.
      const results = (await this.query(sessionSettings(this.schema))) as unknown as pg.QueryResult<Partial<Backend>>[];
      const { pid, started } = results.flatMap(({ rows }) => rows)[0] ?? {};
      if (pid !== undefined && typeof started === 'string') this.#backend = { pid, started };
    } catch (error) {
      this.#watch?.remove(this);
      this.cut();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    return this;
  }

  run<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<pg.QueryResult<Row>> {
    const name = values && values.length > 0 ? this.#names?.of(text) : undefined;
    const statement = { text, ...(values && { values: [...values] }), ...(name !== undefined && { name }) };
    return this.#tracked(this.query<Row>(statement));
  }

  /** Asks for a sign of life. Not inside a transaction, where it would hide an abandoned one. */
  ping(): void {
    this.#ping ??= { sinceMs: performance.now(), answer: this.#answered() };
  }

  /** Whether a ping, sent now unless one is under way, is answered in time. */
  async answersWithin(limitMs: number): Promise<boolean> {
    this.ping();
    const { sinceMs, answer } = this.#ping ?? { sinceMs: 0, answer: true };
    const leftMs = Math.max(0, sinceMs + limitMs - performance.now());
    // Reads what arrived while this process was busy before applying the limit.
    const late = delay(leftMs, undefined, { ref: false }).then(() => setImmediate(false));
    return Promise.race([answer, late]);
  }

  async #answered(): Promise<boolean> {
    try {
      await this.#tracked(this.query('SELECT 1'));
      return true;
    } catch {
      return false;
    } finally {
      this.#ping = undefined;
    }
  }

  async #tracked<T>(answer: Promise<T>): Promise<T> {
    if (this.#requests === 0) this.#waitingSinceMs = performance.now();
    this.#requests += 1;
    try {
      return await answer;
    } finally {
      this.#requests -= 1;
      this.#answers += 1;
      this.#waitingSinceMs = this.#heardMs = performance.now();
    }
  }

  /** Undefined when the server doesn't tell. */
  get backend(): Backend | undefined {
    return this.#backend;
  }

  /** How long the current request has had no answer; 0 without a request. */
  unansweredMs(nowMs: number): number {
    return this.#requests === 0 ? 0 : nowMs - this.#waitingSinceMs;
  }

  /** How long an idle connection has received nothing; 0 when it isn't idle. */
  quietMs(nowMs: number): number {
    return this.#requests > 0 || this.getTransactionStatus() !== 'I' ? 0 : nowMs - this.#heardMs;
  }

  /** Whether the current request is a ping. */
  get pinging(): boolean {
    return this.#ping !== undefined;
  }

  /** Changes as soon as anything arrives. */
  get received(): string {
    return `${this.#answers}/${(this.connection.stream as Socket).bytesRead}`;
  }

  /** Closes the socket at once: the current request fails as a lost connection. */
  cut(): void {
    this.connection.stream.destroy(new Error('Connection terminated: nothing came back on it'));
  }
}
