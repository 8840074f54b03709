import { defineCommand } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import { give } from '../grants.ts';
import type { MoneyContext } from '../money.ts';
import { readAmount } from '../rules.ts';

export function grantCommand(context: MoneyContext): Command {
  return defineCommand({
    name: 'grant',
    options: {
      user: { type: 'user', required: true },
      amount: { type: 'string', required: true, maxLength: 20 },
      reason: { type: 'string', maxLength: 200 },
    },
    access: 'instance-administrator',
    ephemeral: true,
    run: async (call) => {
      const { user, amount, reason = '' } = call.options;
      await give(context, call, { userId: user, unit: 'micros', amount: readAmount(amount), reason });
    },
  });
}
