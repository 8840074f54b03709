import { actOf, defineCommand } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import { daysIn } from '../retention.ts';
import { mostDays } from '../settings.ts';
import type { PrivacyContext } from '../settings.ts';

/** Shows or sets how long a server keeps chats; 0 resets to the default. */
export function retentionCommand(context: PrivacyContext): Command {
  return defineCommand({
    name: 'retention',
    options: { days: { type: 'integer', min: 0, max: mostDays } },
    access: 'guild-administrator',
    places: ['guild'],
    ephemeral: true,
    run: async (call) => {
      const { guildId, options, reply, t } = call;
      const { days } = options;
      if (guildId === null) return;
      const before = daysIn(context, guildId);
      if (days !== undefined)
        await context.settings.set('guild', guildId, 'retentionDays', days === 0 ? undefined : days);
      const after = daysIn(context, guildId);
      if (days !== undefined) {
        const act = actOf(call, { action: 'set-retention', targetId: guildId, details: { before, after } });
        await context.audit.record(context.db, act);
      }
      const most = context.settings.instance.retentionDays;
      const lines = [
        after === null ? t('retention.kept') : t('retention.days', { count: after }),
        ...(days !== undefined && days > 0 && after !== days ? [t('retention.most', { count: most ?? 0 })] : []),
        ...(days !== undefined && days > 0 ? [t('retention.soon')] : []),
      ];
      await reply({ content: lines.join(' ') });
    },
  });
}
