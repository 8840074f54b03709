/**
 * Money as people see it: what they used and have left, which limits apply and why an answer cost what it did. For the
 * bot's owner: credits, prices and budgets.
 *
 * Invariants: nothing is decided here (the services do that), only shown and requested; every administrative act is
 * recorded with the values before and after; no one learns of another guild, of others' messages or of others' money.
 */
import { z } from 'zod';
import { defineFeature } from '../../sdk/index.ts';
import { balanceCommand } from './commands/balance.ts';
import { budgetCommand } from './commands/budget.ts';
import { grantTokensCommand } from './commands/grant-tokens.ts';
import { grantCommand } from './commands/grant.ts';
import { limitsCommand } from './commands/limits.ts';
import { resumeCommand } from './commands/resume.ts';
import { setAllowanceCommand } from './commands/set-allowance.ts';
import { setBudgetCommand } from './commands/set-budget.ts';
import { setPriceCommand } from './commands/set-price.ts';
import { usageCommand } from './commands/usage.ts';
import { whyCommand, whyMessageCommand } from './commands/why.ts';

export const feature = defineFeature({
  name: 'money',
  summary: "Shows what things cost and what is left, and lets the bot's owner set it.",
  intents: ['Guilds'],
  settings: z.strictObject({}),
  setup: (context) => ({
    commands: [
      usageCommand(context),
      balanceCommand(context),
      limitsCommand(context),
      budgetCommand(context),
      whyCommand(context),
      setBudgetCommand(context),
      setAllowanceCommand(context),
      resumeCommand(context),
      grantCommand(context),
      grantTokensCommand(context),
      setPriceCommand(context),
    ],
    messageCommands: [whyMessageCommand(context)],
  }),
});
