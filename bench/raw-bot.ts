/**
 * The control of the latency benchmark: the least that answers a mention with a streamed model. No database, no queue,
 * no retries, no history: a gateway socket, one request to the model, one message and its edits.
 */
import { createParser } from './lib/server-sent-events.ts';
import { WebSocket } from 'ws';

const { RAW_TOKEN = '', RAW_API = '', RAW_MODEL = '' } = process.env;

const rest = async (method: string, path: string, body?: object) => {
  const headers = { authorization: `Bot ${RAW_TOKEN}`, 'content-type': 'application/json' };
  const answer = await fetch(RAW_API + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  return (await answer.json()) as { id: string; url: string };
};

async function reply(channelId: string, messageId: string, content: string) {
  const body = { model: 'fake-large', stream: true, messages: [{ role: 'user', content }] };
  const headers = { authorization: 'Bearer key', 'content-type': 'application/json' };
  const answer = await fetch(`${RAW_MODEL}/chat/completions`, { method: 'POST', headers, body: JSON.stringify(body) });
  let text = '';
  let sent: Promise<{ id: string }> | undefined;
  for await (const delta of createParser(answer.body)) {
    text += delta;
    const reference = { message_id: messageId };
    sent ??= rest('POST', `/channels/${channelId}/messages`, { content: text, message_reference: reference });
  }
  const message = await sent;
  if (message) await rest('PATCH', `/channels/${channelId}/messages/${message.id}`, { content: text });
}

const { url } = await rest('GET', '/gateway/bot');
const { id: self } = await rest('GET', '/users/@me');
const socket = new WebSocket(`${url}?v=10&encoding=json`);
const properties = { os: 'linux', browser: 'raw', device: 'raw' };
const identify = { op: 2, d: { token: RAW_TOKEN, intents: 1 | 512 | 32768, properties } };
socket.on('message', (data: Buffer) => {
  const { op, t, d } = JSON.parse(data.toString()) as { op: number; t: string; d: Record<string, never> };
  if (op === 10) {
    socket.send(JSON.stringify(identify));
    setInterval(() => socket.send('{"op":1,"d":null}'), 20_000);
  }
  if (t === 'READY') process.stdout.write('ready\n');
  if (t !== 'MESSAGE_CREATE') return;
  const { channel_id, id, content, mentions } = d as unknown as Record<'channel_id' | 'id' | 'content', string> & {
    mentions: { id: string }[];
  };
  if (mentions.some((user) => user.id === self)) void reply(channel_id, id, content);
});
