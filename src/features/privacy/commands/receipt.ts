import { UserError } from '../../../kernel/errors.ts';
import { defineCommand } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import type { PrivacyContext } from '../settings.ts';

/** Checks whether a receipt was issued to the person who shows it. */
export function receiptCommand(context: PrivacyContext): Command {
  return defineCommand({
    name: 'privacy-receipt',
    aliases: ['privacy_receipt'],
    options: { user: { type: 'user', required: true }, id: { type: 'string', required: true, maxLength: 36 } },
    access: 'instance-administrator',
    ephemeral: true,
    run: async ({ options, reply, t }) => {
      const found = await context.privacy.findReceipt(options.id.trim(), options.user);
      if (!found) throw new UserError('receipt.unknown', 'no such receipt of this person');
      const when = `<t:${Math.floor(found.atMs / 1000)}:f>`;
      await reply({ content: t('receipt.found', { user: options.user, when, count: found.count }) });
    },
  });
}
