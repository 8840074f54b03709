import { join } from 'node:path';
import { readEnvironment } from '../platform/config/index.ts';
import { createLogger } from '../platform/telemetry/index.ts';
import { ensurePage } from './page.ts';

/** The emulator as a program of its own, with its page built. It reads its own settings and handles its own signals. */
export async function runEmulator(): Promise<void> {
  readEnvironment();
  const logger = createLogger({ level: 'info', pretty: process.stdout.isTTY });
  await ensurePage({ root: join(import.meta.dirname, '..', '..'), logger });
  await import('../../emulator/main.ts');
}
