import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Disables everything that needs a graphics card, a display or a network. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-quic',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts this machine's Chromium: the one named by `CHROMIUM`, else the first on the path. Throws when there is none.
 */
export async function launchBrowser(env: NodeJS.ProcessEnv): Promise<Browser> {
  const executablePath = env['CHROMIUM'] ?? onPath(env['PATH'] ?? '');
  if (executablePath === undefined || !existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium ${executablePath === undefined ? 'on the path' : `at ${executablePath}`}. Install it ` +
        '("sudo apt install chromium" on Debian, "sudo apt install chromium-browser" on Ubuntu, "brew install --cask chromium" on a Mac) or set ' +
        'CHROMIUM to the path of one.',
    );
  }
  return chromium.launch({ executablePath, args: ARGS });
}

function onPath(path: string): string | undefined {
  const folders = [...path.split(delimiter), '/usr/bin', '/snap/bin'].filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
}
