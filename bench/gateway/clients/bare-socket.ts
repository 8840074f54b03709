/** Nothing but the socket and JSON.parse: what no client can do without. */
import { GatewayOpcodes } from 'discord-api-types/v10';
import { WebSocket } from 'ws';
import { readSettings } from './settings.ts';

interface Payload {
  op: GatewayOpcodes;
  s: number | null;
  t: string | null;
}

const { apiBase, token, intents } = readSettings();
const found = await fetch(`${apiBase}/v10/gateway/bot`, { headers: { authorization: `Bot ${token}` } });
const { url } = (await found.json()) as { url: string };
const socket = new WebSocket(`${url}/?v=10&encoding=json`, { perMessageDeflate: false });
let sequence: number | null = null;
let messages = 0;
socket.on('message', (data: Buffer) => {
  const { op, s, t } = JSON.parse(data.toString()) as Payload;
  if (s !== null) sequence = s;
  if (t === 'MESSAGE_CREATE') messages += 1;
  if (op === GatewayOpcodes.Hello) {
    const properties = { os: 'linux', browser: 'bench', device: 'bench' };
    socket.send(JSON.stringify({ op: GatewayOpcodes.Identify, d: { token, intents, properties } }));
  }
  if (op === GatewayOpcodes.Heartbeat) socket.send(JSON.stringify({ op: GatewayOpcodes.Heartbeat, d: sequence }));
});
process.on('SIGTERM', () => {
  process.stdout.write(`${messages} messages.\n`, () => process.exit(0));
});
