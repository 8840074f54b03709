import { Agent } from 'node:https';
import { connect, type Socket } from 'node:net';

/**
 * For libraries that speak HTTPS only and take no port: whatever they ask for, this agent opens a plain connection to the
 * emulator at `address`.
 */
export class PlainAgent extends Agent {
  readonly #host: string;
  readonly #port: number;

  constructor(address: string) {
    super({ keepAlive: true });
    const { hostname, port } = new URL(address);
    this.#host = hostname;
    this.#port = Number(port);
  }

  override createConnection(): Socket {
    return connect(this.#port, this.#host);
  }
}
