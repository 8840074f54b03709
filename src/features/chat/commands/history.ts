import { UserError } from '../../../kernel/errors.ts';
import { defineCommand, mayUse } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { exportConversation, exportFormats } from '../history/export.ts';
import type { ExportFormat } from '../history/export.ts';
import { historyPage } from '../history/pages.ts';

/**
 * Shows what was asked and answered here, of all or of one person, or gives it as a file: one's own part, moderators the
 * whole or anybody's.
 */
export function historyCommand(context: Needs<'db' | 'vault'>): Command {
  return defineCommand({
    name: 'history',
    options: { user: { type: 'user' }, export: { type: 'string', choices: exportFormats } },
    access: 'everyone',
    ephemeral: true,
    limit: { name: 'export', cooldownMs: 60_000, heavy: true, onlyWith: 'export' },
    run: async (call) => {
      const { caller, guildId, channelId, options, reply, t } = call;
      if (options.export === undefined) {
        await reply(await historyPage(context, call, { page: 0, userId: options.user ?? null }));
        return;
      }
      const all = guildId === null || mayUse('moderator', caller);
      const person = options.user ?? (all ? undefined : caller.userId);
      const isOwn = person === caller.userId;
      if (!all && !isOwn) throw new UserError('history.moderators-user', 'moderators only');
      const of = { channelId, ...(person === undefined ? {} : { authorId: person }) };
      const made = await exportConversation(context, of, options.export as ExportFormat);
      const whose = person === undefined ? '' : isOwn ? '-own' : '-user';
      if (!made) throw new UserError(`history.nothing${whose}`, 'nothing to export', { user: person ?? '' });
      const said = t(`history.exported${whose}`, { count: made.count, user: person ?? '' });
      const left = made.left === 0 ? '' : ` ${t('history.left-out', { count: made.left })}`;
      await reply({ content: said + left, files: [made.file] });
    },
  });
}
