import { SimpleShardingStrategy } from '@discordjs/ws';
import type { WebSocketManager, WebSocketShard } from '@discordjs/ws';
import { GatewayDispatchEvents as Events, GatewayOpcodes } from 'discord-api-types/v10';
import type { GatewayDispatchPayload, GatewayReceivePayload } from 'discord-api-types/v10';

export type OnDispatch = (shardId: number, event: GatewayDispatchPayload) => void;

type Data = string | ArrayBuffer;

/** What the listener that the library gives to each socket calls, without waiting for it. */
interface Receiver {
  onMessage(data: Data, isBinary: boolean): Promise<void> | undefined;
}

/**
 * Shards that hand an event over as soon as it has been read. `@discordjs/ws` waits four times for each, so that other
 * processes could keep the session, and sends it through two emitters: that is half of what a message costs that is not
 * for the bot. All that concerns the connection itself still goes its way, with READY and RESUMED.
 */
export class DirectShards extends SimpleShardingStrategy {
  #onDispatch: OnDispatch;

  constructor(manager: WebSocketManager, onDispatch: OnDispatch) {
    super(manager);
    this.#onDispatch = onDispatch;
  }

  override async spawn(shardIds: number[]): Promise<void> {
    await super.spawn(shardIds);
    const shards = this['shards'] as ReadonlyMap<number, WebSocketShard>;
    for (const shard of shards.values()) handOver(shard, this.#onDispatch);
  }
}

function handOver(shard: WebSocketShard, onDispatch: OnDispatch): void {
  const receiver = shard as unknown as Receiver;
  const inLibrary = receiver.onMessage.bind(shard);
  /** What came while the library takes in READY or RESUMED, which come first. */
  let held: [Data, boolean][] | undefined;
  const release = () => {
    const messages = held ?? [];
    held = undefined;
    for (const [data, isBinary] of messages) void receive(data, isBinary);
  };
  const receive = (data: Data, isBinary: boolean): Promise<void> | undefined => {
    if (held) {
      held.push([data, isBinary]);
      return undefined;
    }
    const event = typeof data === 'string' ? readDispatch(data) : undefined;
    if (!event) return inLibrary(data, isBinary);
    if (event.t !== Events.Ready && event.t !== Events.Resumed) {
      onDispatch(shard.id, event);
      return undefined;
    }
    held = [];
    return inLibrary(data, isBinary)?.finally(release);
  };
  receiver.onMessage = receive;
}

/** Undefined for what is no event; what is no JSON is the library's to ignore. */
function readDispatch(text: string): GatewayDispatchPayload | undefined {
  try {
    const payload = JSON.parse(text) as GatewayReceivePayload | null;
    return payload?.op === GatewayOpcodes.Dispatch ? payload : undefined;
  } catch {
    return undefined;
  }
}
