import { join } from 'node:path';
import { readEnvironment } from '../platform/config/index.ts';
import { createLogger } from '../platform/telemetry/index.ts';
import { readCommandLine } from './command-line.ts';
import { ensurePage } from './page.ts';

const help = `Usage: familiar emulator

Runs the Discord emulator alone, with its page in the browser, for this bot or any other (see emulator/README.md).
Its address and folder come from the environment: PLAYGROUND_PORT (8080), HOST and FAMILIAR_DATA_DIR.

  -h, --help   show this

Example: npm run emulator
`;

/** The emulator as a program of its own, with its page built. It reads its own settings and handles its own signals. */
export async function runEmulator(args: readonly string[]): Promise<void> {
  if (readCommandLine('emulator', args, {}) === 'help') {
    process.stdout.write(help);
    return;
  }
  readEnvironment();
  const logger = createLogger({ level: 'info', pretty: process.stdout.isTTY });
  await ensurePage({ root: join(import.meta.dirname, '..', '..'), logger });
  await import('../../emulator/main.ts');
}
