import { defineCommand } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import { askToClear } from '../actions/clear.ts';

/**
 * A member clears what they said and what they were answered; moderators may clear a whole channel, or what another member
 * said there; a DM is its owner's. What is cleared can't be had back, so the command only asks.
 */
export function clearCommand(): Command {
  return defineCommand({
    name: 'clear',
    options: { user: { type: 'user' }, everyone: { type: 'boolean' } },
    access: 'everyone',
    ephemeral: true,
    run: async (call) => {
      const { caller, guildId, options, reply } = call;
      const isWhole = guildId === null || options.everyone === true;
      await reply(askToClear(call, isWhole ? null : (options.user ?? caller.userId)));
    },
  });
}
