import { UserError } from '../../../kernel/errors.ts';
import { defineCommand } from '../../../sdk/index.ts';
import type { Call, Caller, Command, OutgoingMessage, Policy, Allowance } from '../../../sdk/index.ts';
import type { MoneyContext } from '../money.ts';

export interface Account {
  userId: string;
  /** Whether it is the caller's own account. */
  own: boolean;
  allowances: Allowance[];
}

/** A command about an account: the caller's, or anyone's for the bot's owner. */
export function accountCommand(
  context: MoneyContext,
  name: string,
  tell: (call: Call, account: Account) => Promise<OutgoingMessage>,
): Command {
  return defineCommand({
    name,
    options: { user: { type: 'user' } },
    access: 'everyone',
    installs: ['guild', 'user'],
    ephemeral: true,
    run: async (call) => {
      const userId = call.options.user ?? call.caller.userId;
      const own = userId === call.caller.userId;
      if (!own && !call.caller.instanceAdministrator) throw new UserError('others', "only for the bot's owner");
      const allowances = context.access.allowances(await policyOf(context, call, userId));
      await call.reply(await tell(call, { userId, own, allowances }));
    },
  });
}

/** The policy of a member here. Others' roles in this guild are unknown, so their allowances aren't shown. */
function policyOf({ access }: MoneyContext, call: Call, userId: string): Promise<Policy> {
  const other: Caller = {
    userId,
    displayName: '',
    roleIds: [],
    permissions: null,
    instanceAdministrator: access.administrators.has(userId),
  };
  return access.ownPolicy(userId === call.caller.userId ? call.caller : other, call);
}
