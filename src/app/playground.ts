import { join } from 'node:path';
import { StartError, errorMessage } from '../kernel/errors.ts';
import type { Config } from '../platform/config/index.ts';

export interface Playground {
  /** Address of the page. */
  origin: string;
  /** How the bot connects. */
  bot: { token: string; apiBase: string };
  /** User ids of those who own the bot there: they administer the instance, as nobody else could. */
  administrators: readonly string[];
  /** From now on the page links to this address. */
  offerDashboard(address: string): void;
  close(): Promise<void>;
}

/** Starts the Discord emulator beside the bot, with its state in the data folder. */
export async function startPlayground(config: Config, page: string | null): Promise<Playground> {
  let dashboard: string | null = null;
  const { startEmulator } = await import('../../emulator/index.ts');
  try {
    const emulator = await startEmulator({
      port: config.playground.port,
      dataDir: join(config.dataDir, 'emulator'),
      page,
      dashboard: () => dashboard,
    });
    const bot = [...emulator.core.world.users.values()].find((user) => user.bot);
    if (!bot) throw new Error('The playground has no bot: its data folder is damaged.');
    return {
      origin: emulator.origin,
      bot: { token: bot.token, apiBase: `${emulator.origin}/api` },
      administrators: [...emulator.core.world.applications.values()]
        .filter(({ botUserId }) => botUserId === bot.id)
        .map(({ ownerId }) => ownerId),
      offerDashboard: (address) => {
        dashboard = address;
      },
      close: () => emulator.close(),
    };
  } catch (error) {
    throw new StartError(`The playground cannot start: ${errorMessage(error)}`, { cause: error });
  }
}
