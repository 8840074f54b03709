import { randomBytes } from 'node:crypto';
import type { Core } from '../contract.ts';
import type { Identity } from './identify.ts';
import { Session } from './session.ts';

/** How often sessions whose clients have stayed away too long are looked for. */
const sweepIntervalMs = 5_000;

/** Every session, connected or waiting for its client; those of an earlier run of the emulator included. */
export class Sessions {
  readonly #core: Core;
  readonly #resumeWindowMs: number;
  readonly #sessions = new Map<string, Session>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(core: Core, resumeWindowMs: number) {
    this.#core = core;
    this.#resumeWindowMs = resumeWindowMs;
    this.#restore();
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(sweepIntervalMs, resumeWindowMs));
    this.#sweeper.unref();
  }

  #restore(): void {
    const { world } = this.#core;
    for (const stored of [...world.sessions.values()]) {
      const user = world.users.get(stored.userId);
      if (!user) {
        world.sessions.delete(stored.id);
        continue;
      }
      const session = new Session(stored, world, user);
      session.disconnectedAt = this.#core.clock.now();
      for (const guild of world.guildsOf(user.id)) session.guildIds.add(guild.id);
      this.#sessions.set(session.id, session);
    }
  }

  open({ user, intents, shard }: Identity): Session {
    const stored = { id: randomBytes(16).toString('hex'), userId: user.id, intents, shard, sequence: 0, replay: [] };
    const session = new Session(stored, this.#core.world, user);
    this.#core.world.sessions.set(stored.id, stored);
    this.#sessions.set(session.id, session);
    return session;
  }

  get(id: string): Session | undefined {
    const session = this.#sessions.get(id);
    if (session && this.#isOver(session)) this.end(session);
    return this.#sessions.get(id);
  }

  end(session: Session): void {
    this.#sessions.delete(session.id);
    this.#core.world.sessions.delete(session.id);
  }

  all(): IterableIterator<Session> {
    return this.#sessions.values();
  }

  /** Whether any client of the user is connected. */
  isConnected(userId: string): boolean {
    return [...this.all()].some((session) => session.user.id === userId && session.connection !== null);
  }

  close(): void {
    clearInterval(this.#sweeper);
  }

  #isOver({ disconnectedAt }: Session): boolean {
    return disconnectedAt !== null && this.#core.clock.now() - disconnectedAt > this.#resumeWindowMs;
  }

  #sweep(): void {
    for (const session of [...this.#sessions.values()]) if (this.#isOver(session)) this.end(session);
  }
}
