#!/usr/bin/env node
import { join, resolve } from 'node:path';
import { isatty } from 'node:tty';
import { startEmulator } from './index.ts';
import { stateObject } from './control/state.ts';

/** Runs the emulator alone, so that any bot can be pointed at it. Settings come from the environment. */

const DEFAULT_PORT = 8080;

function readPort(): number {
  const text = process.env['PLAYGROUND_PORT'] ?? '';
  const port = text === '' ? DEFAULT_PORT : Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`PLAYGROUND_PORT must be a port from 0 to 65535; it is "${text}".`);
}

async function main(): Promise<void> {
  const host = process.env['HOST'];
  const dataDir = resolve(process.env['FAMILIAR_DATA_DIR'] || 'data', 'emulator');
  const emulator = await startEmulator({
    port: readPort(),
    ...(host === undefined || host === '' ? {} : { host }),
    dataDir,
    page: join(import.meta.dirname, '..', 'web', 'dist'),
  });
  const { applications } = stateObject(emulator.core);
  const token = applications[0]?.botToken ?? '';
  console.log(`The Discord emulator is ready: ${emulator.origin}`);
  console.log(`Everything is kept in ${dataDir}`);
  console.log(`Token of the bot ${applications[0]?.name ?? ''}: ${token}`);
  console.log('Point Familiar at it with:');
  console.log(`  DISCORD_TOKEN=${token} DISCORD_API_BASE=${emulator.origin}/api npm start`);
  console.log(`Other bots: API ${emulator.origin}/api/v10, files ${emulator.origin}/cdn`);

  let isClosing = false;
  const stop = (): void => {
    if (isClosing) return;
    isClosing = true;
    void emulator.close().then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal).on(signal, stop);
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  // Of a terminal that is still there, SIGHUP asks nothing; one that was closed is no terminal any more.
  process.on('SIGHUP', () => {
    if (terminals.some((fd) => !isatty(fd))) stop();
  });
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
