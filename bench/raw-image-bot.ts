/**
 * The control of the image benchmark: the least that answers a prompt with an image. A gateway socket, one request to the
 * model, and one message with what came back, as it came.
 */
import { WebSocket } from 'ws';

const { RAW_TOKEN = '', RAW_API = '', RAW_MODEL = '' } = process.env;
const prefix = 'raw ';

async function reply(channelId: string, messageId: string, prompt: string) {
  const headers = { authorization: 'Bearer key', 'content-type': 'application/json' };
  const body = JSON.stringify({ model: 'painter', prompt, n: 1, response_format: 'b64_json' });
  const answer = await fetch(`${RAW_MODEL}/images/generations`, { method: 'POST', headers, body });
  const { data } = (await answer.json()) as { data: { b64_json: string }[] };
  const form = new FormData();
  form.set('payload_json', JSON.stringify({ content: prompt, message_reference: { message_id: messageId } }));
  form.set('files[0]', new Blob([Buffer.from(data[0]?.b64_json ?? '', 'base64')], { type: 'image/png' }), 'image.png');
  const authorization = `Bot ${RAW_TOKEN}`;
  await fetch(`${RAW_API}/channels/${channelId}/messages`, { method: 'POST', headers: { authorization }, body: form });
}

const me = await fetch(`${RAW_API}/gateway/bot`, { headers: { authorization: `Bot ${RAW_TOKEN}` } });
const { url } = (await me.json()) as { url: string };
const socket = new WebSocket(`${url}?v=10&encoding=json`);
const properties = { os: 'linux', browser: 'raw', device: 'raw' };
const identify = { op: 2, d: { token: RAW_TOKEN, intents: 1 | 512 | 32768, properties } };
socket.on('message', (data: Buffer) => {
  const { op, t, d } = JSON.parse(data.toString()) as { op: number; t: string; d: Record<string, string> };
  if (op === 10) {
    socket.send(JSON.stringify(identify));
    setInterval(() => socket.send('{"op":1,"d":null}'), 20_000);
  }
  if (t === 'READY') process.stdout.write('ready\n');
  const { channel_id: channelId = '', id = '', content = '' } = d ?? {};
  if (t === 'MESSAGE_CREATE' && content.startsWith(prefix)) void reply(channelId, id, content.slice(prefix.length));
});
