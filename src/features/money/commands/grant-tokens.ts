import { defineCommand } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import { give } from '../grants.ts';
import type { MoneyContext } from '../money.ts';

/** More is a typing error. */
const most = 1_000_000_000;

export function grantTokensCommand(context: MoneyContext): Command {
  return defineCommand({
    name: 'grant-tokens',
    aliases: ['grant_tokens'],
    options: {
      user: { type: 'user', required: true },
      amount: { type: 'integer', required: true, min: -most, max: most },
      reason: { type: 'string', maxLength: 200 },
    },
    access: 'instance-administrator',
    ephemeral: true,
    run: async (call) => {
      const { user, amount, reason = '' } = call.options;
      await give(context, call, { userId: user, unit: 'tokens', amount, reason });
    },
  });
}
