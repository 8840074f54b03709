/**
 * Loaded into the bot's process ahead of its own code: answers, at MEMORY_PROBE_PORT, how much memory the process holds
 * after a full collection. It also lifts the bot's own pace of fifty requests a second, at which ten thousand chats would
 * take a quarter of an hour: what is measured here is what they leave behind, not how fast they are.
 */
import { createServer } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';
import { isMainThread } from 'node:worker_threads';
import { discordLimits } from '../../src/platform/discord/limits.ts';

/** All in bytes. */
export interface MemorySample {
  heap: number;
  resident: number;
}

async function sample(): Promise<MemorySample> {
  // What a collection finalises is free in the next one.
  for (let pass = 0; pass < 3; pass += 1) {
    globalThis.gc?.();
    await turn();
  }
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, resident: rss };
}

if (isMainThread) {
  Object.assign(discordLimits, { requestsPerSecond: 1000 });
  createServer((request, response) => {
    if (request.url === '/snapshot') {
      response.end(writeHeapSnapshot());
      return;
    }
    void sample().then((taken) => response.end(JSON.stringify(taken)));
  })
    .listen(Number(process.env['MEMORY_PROBE_PORT']), '127.0.0.1')
    .unref();
}
