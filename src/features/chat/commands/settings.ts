import { defineCommand } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { settingsView } from '../actions/settings-panel.ts';

/** Shows what applies to the caller here and where it comes from, with the menus that change it for who may use them. */
export function settingsCommand(
  context: Needs<'access' | 'audit' | 'db' | 'extensions' | 'models' | 'settings'>,
): Command {
  return defineCommand({
    name: 'settings',
    options: {},
    access: 'everyone',
    ephemeral: true,
    run: async (call) => {
      await call.reply(await settingsView(context, call));
    },
  });
}
