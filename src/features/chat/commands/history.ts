import { UserError } from '../../../kernel/errors.ts';
import { defineCommand, mayUse } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import { exportConversation, exportFormats } from '../history/export.ts';
import type { ExportFormat } from '../history/export.ts';
import { historyPage } from '../history/pages.ts';

/** Shows what was asked and answered here, or gives it as a file: one's own part, moderators the whole. */
export function historyCommand(context: ChatContext): Command {
  return defineCommand({
    name: 'history',
    options: { export: { type: 'string', choices: exportFormats } },
    access: 'everyone',
    ephemeral: true,
    run: async (call) => {
      const { caller, guildId, channelId, options, reply, t } = call;
      if (options.export === undefined) {
        await reply(await historyPage(context, call, 0));
        return;
      }
      const whole = guildId === null || mayUse('moderator', caller);
      const of = { channelId, ...(whole ? {} : { authorId: caller.userId }) };
      const made = await exportConversation(context, of, options.export as ExportFormat);
      if (!made) throw new UserError(whole ? 'history.nothing' : 'history.nothing-own', 'nothing to export');
      const said = t(whole ? 'history.exported' : 'history.exported-own', { count: made.count });
      const left = made.left === 0 ? '' : ` ${t('history.left-out', { count: made.left })}`;
      await reply({ content: said + left, files: [made.file] });
    },
  });
}
