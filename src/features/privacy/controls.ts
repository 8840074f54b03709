import { UserError } from '../../kernel/errors.ts';
import type { ComponentCall, ComponentHandler, UseLimit } from '../../sdk/index.ts';
import { exportFiles } from './export.ts';
import { readableExport } from './readable.ts';
import { showOverview } from './overview.ts';
import { confirmMessage, receiptMessage } from './render.ts';
import type { PrivacyContext } from './settings.ts';

type Action = 'overview' | 'export' | 'read' | 'unread' | 'forget' | 'forget-now';

/** Reading everything stored about a person is slow, for the overview and the file. */
export const overviewLimit: UseLimit = { name: 'privacy-overview', heavy: true };
const exportLimit: UseLimit = { name: 'export', cooldownMs: 60_000, heavy: true };

/** The buttons below the overview. A button's id is the person's. */
export function createControls(context: PrivacyContext): Record<Action, ComponentHandler> {
  const { privacy, texts } = context;
  const own = (run: (call: ComponentCall, userId: string) => Promise<void>, limit?: UseLimit): ComponentHandler => ({
    version: 1,
    access: 'always',
    right: { commands: ['privacy'] },
    ...(limit && { limit }),
    run: async (call) => {
      if (call.id !== call.caller.userId) throw new UserError('not-yours', 'another person opened this');
      await run(call, call.caller.userId);
    },
  });
  const setMayRead = (may: boolean) =>
    own(async (call, userId) => {
      await privacy.setMayRead(userId, may);
      await call.update(await showOverview(context, call));
    }, overviewLimit);
  return {
    overview: own(async (call) => call.update(await showOverview(context, call)), overviewLimit),
    export: own(async (call, userId) => {
      const document = await privacy.exportUser(userId);
      const messages = await exportFiles(document, call.t);
      for (const message of messages) await call.reply(message);
      await call.reply(await readableExport(document, call.t));
    }, exportLimit),
    read: setMayRead(true),
    unread: setMayRead(false),
    forget: own((call, userId) => call.update(confirmMessage(userId, call.t))),
    'forget-now': own(async (call, userId) => {
      await call.update(receiptMessage(await privacy.forgetUser(userId), texts, call.t));
    }),
  };
}
