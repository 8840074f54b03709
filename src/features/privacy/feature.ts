/**
 * Personal data as members see it: an overview, an export, deletion on request, and deletion after a server's
 * retention.
 *
 * Invariants: no one sees or deletes another person's data; a person's data is never shown in a channel; deletion is
 * all or nothing, and a receipt without names proves it.
 */
import { defineFeature } from '../../sdk/index.ts';
import { privacyCommand } from './commands/privacy.ts';
import { receiptCommand } from './commands/receipt.ts';
import { retentionCommand } from './commands/retention.ts';
import { createControls } from './controls.ts';
import { keepRetention } from './retention.ts';
import { privacySettings } from './settings.ts';

export const feature = defineFeature({
  name: 'privacy',
  summary: 'Shows people what is stored about them, exports it and deletes it.',
  intents: ['Guilds'],
  settings: privacySettings,
  setup: (context) => {
    const retention = keepRetention(context);
    return {
      commands: [privacyCommand(context), retentionCommand(context), receiptCommand(context)],
      components: createControls(context),
      stop: () => retention.stop(),
    };
  },
});
