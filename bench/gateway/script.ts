import { GatewayOpcodes } from 'discord-api-types/v10';
import { createCompressor, plainFrames } from './frames.ts';
import type { Transport } from './frames.ts';
import { guildData, messageData, readyData } from './world.ts';
import type { WorldSize } from './world.ts';

/**
 * All that a connection is ever sent, in order, made beforehand. Nothing is sent in between, so that the compressed
 * stream is the same for every connection. All parts but `hello` end with a request for a heartbeat, which tells that the
 * client has read them; it stays unanswered.
 */
export interface Script {
  hello: Buffer[];
  login: Buffer[];
  messages: Buffer[];
  /** As many again, for a client that has compiled by then what it runs often. */
  moreMessages: Buffer[];
}

/** Long enough that no client sends one by itself. */
const heartbeatIntervalMs = 3_600_000;

const payload = (body: object) => Buffer.from(JSON.stringify(body));
const heartbeatRequest = payload({ op: GatewayOpcodes.Heartbeat, d: null, s: null, t: null });

export async function writeScript(size: WorldSize, gatewayUrl: string, transport: Transport): Promise<Script> {
  let sequence = 0;
  const dispatch = (name: string, data: object) =>
    payload({ t: name, s: (sequence += 1), op: GatewayOpcodes.Dispatch, d: data });
  const hello = [
    payload({ t: null, s: null, op: GatewayOpcodes.Hello, d: { heartbeat_interval: heartbeatIntervalMs } }),
  ];
  const login = [dispatch('READY', readyData(size, gatewayUrl, 'session'))];
  for (let guild = 0; guild < size.guilds; guild += 1) login.push(dispatch('GUILD_CREATE', guildData(guild)));
  login.push(heartbeatRequest);
  const messages = (from: number, to: number) => [
    ...Array.from({ length: to - from }, (_, index) => dispatch('MESSAGE_CREATE', messageData(size, from + index))),
    heartbeatRequest,
  ];
  const frames = transport === 'plain' ? async (payloads: Buffer[]) => plainFrames(payloads) : createCompressor();
  return {
    hello: await frames(hello),
    login: await frames(login),
    messages: await frames(messages(0, size.messages)),
    moreMessages: await frames(messages(size.messages, 2 * size.messages)),
  };
}
