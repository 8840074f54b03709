/**
 * What is stored about people, as they see it: shown in words, given as a file, removed when they ask, and deleted when
 * a server's time for it is over.
 *
 * Invariants: nobody sees or removes what is stored about somebody else; what is shown of a person is never written
 * into a channel; forgetting is all or nothing, and a receipt that names nobody tells that it was done.
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
  summary: 'Shows people what is stored about them, gives it to them and forgets it.',
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
