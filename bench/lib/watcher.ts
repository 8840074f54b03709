import type { APIMessage } from 'discord-api-types/v10';
import { WebSocket } from 'ws';
import { buttons } from '../../src/testing/components.ts';

/** A message as it was seen on the wire. */
export interface Sighting {
  /** `performance.now()` when it arrived. */
  atMs: number;
  content: string;
  messageId: string;
  repliesTo: string | undefined;
  files: number;
  buttons: { label: string | undefined; customId: string }[];
}

/** A member's client that remembers when it saw which text. */
export interface Watcher {
  /** Resolves with the first sighting, past or future, that matches; rejects when there is none within 30 s. */
  sees(what: string, matches: (sighting: Sighting) => boolean): Promise<Sighting>;
  close(): void;
}

const patienceMs = 30_000;

interface GatewayPayload {
  op: number;
  t: string | null;
  d: (Partial<APIMessage> & { heartbeat_interval?: number }) | null;
}

export async function watch(origin: string, token: string): Promise<Watcher> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/gateway?v=10&encoding=json`);
  const sightings: Sighting[] = [];
  const repliesTo = new Map<string, string>();
  const waiting = new Set<{ matches: (sighting: Sighting) => boolean; resolve: (sighting: Sighting) => void }>();
  const ready = Promise.withResolvers<void>();
  let heartbeat: NodeJS.Timeout | undefined;

  socket.on('error', ready.reject);
  socket.on('message', (data: Buffer) => {
    const atMs = performance.now();
    const { op, t, d } = JSON.parse(data.toString()) as GatewayPayload;
    if (op === 10) {
      socket.send(JSON.stringify({ op: 2, d: { token, properties: {} } }));
      heartbeat = setInterval(() => socket.send('{"op":1,"d":null}'), d?.heartbeat_interval ?? 40_000);
    }
    if (t === 'READY') ready.resolve();
    if ((t !== 'MESSAGE_CREATE' && t !== 'MESSAGE_UPDATE') || d?.id === undefined) return;
    const reference = d.message_reference?.message_id;
    if (reference !== undefined) repliesTo.set(d.id, reference);
    const sighting = {
      atMs,
      content: d.content ?? '',
      messageId: d.id,
      repliesTo: repliesTo.get(d.id),
      files: d.attachments?.length ?? 0,
      buttons: buttons(d as APIMessage),
    };
    sightings.push(sighting);
    for (const waiter of waiting) {
      if (!waiter.matches(sighting)) continue;
      waiting.delete(waiter);
      waiter.resolve(sighting);
    }
  });
  await ready.promise;
  return {
    sees: (what, matches) => {
      const past = sightings.find(matches);
      if (past) return Promise.resolve(past);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${what} was not seen within ${patienceMs} ms.`)), patienceMs);
        waiting.add({
          matches,
          resolve: (sighting) => {
            clearTimeout(timer);
            resolve(sighting);
          },
        });
      });
    },
    close: () => {
      clearInterval(heartbeat);
      socket.terminate();
    },
  };
}
