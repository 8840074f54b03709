import { WebSocketShardStatus } from '@discordjs/ws';
import type { WebSocketManager, WebSocketShard } from '@discordjs/ws';
import { DirectShards } from './direct-dispatch.ts';
import type { OnDispatch } from './direct-dispatch.ts';

/** As much of a socket of the package `ws` as is needed here. */
interface Socket {
  readyState: number;
  on(event: 'error', listener: () => void): unknown;
  terminate(): void;
}

const CONNECTING = 0;

/**
 * The shards of a manager and their sockets, which `@discordjs/ws` keeps to itself. It waits half a minute for a silent
 * server to agree to the end of a connection, and has no listener for what a socket meets that is given up early.
 */
export class ShardSockets {
  #strategy: DirectShards | undefined;

  /** For the manager's option `buildStrategy`. Events other than READY and RESUMED go to `onDispatch` alone. */
  build(manager: WebSocketManager, onDispatch: OnDispatch): DirectShards {
    return (this.#strategy = new DirectShards(manager, onDispatch));
  }

  /** Whether a shard has no connection; what it asks for now is for making one. */
  isIdle(shardId: number): boolean {
    return this.#shards().get(shardId)?.status === WebSocketShardStatus.Idle;
  }

  /** Ends a shard's connection at once, as a network fault would. */
  cut(shardId: number): void {
    this.#socketOf(this.#shards().get(shardId))?.terminate();
  }

  /** Runs `end`, by which sockets that are still being opened do no harm: nobody listens to their faults any more. */
  async ending(end: () => Promise<void>): Promise<void> {
    const opening = [...this.#shards().values()]
      .map((shard) => this.#socketOf(shard))
      .filter((socket) => socket?.readyState === CONNECTING);
    for (const socket of opening) socket?.on('error', () => {});
    await end();
    for (const socket of opening) socket?.terminate();
  }

  #shards(): ReadonlyMap<number, WebSocketShard> {
    return (this.#strategy?.['shards'] as ReadonlyMap<number, WebSocketShard> | undefined) ?? new Map();
  }

  #socketOf(shard: WebSocketShard | undefined): Socket | undefined {
    return (shard?.['connection'] as Socket | null | undefined) ?? undefined;
  }
}
