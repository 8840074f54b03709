import { actOf, defineCommand } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { idleHoursIn } from '../history/idle.ts';
import { mostKept, mostRestHours } from '../settings.ts';

/** Shows or sets how much of conversations a server keeps, beside the days of the privacy feature; 0 resets to the default. */
export function keepCommand(context: Needs<'audit' | 'db' | 'settings'>): Command {
  return defineCommand({
    name: 'keep',
    options: {
      turns: { type: 'integer', min: 0, max: mostKept },
      hours: { type: 'integer', min: 0, max: mostRestHours },
    },
    access: 'guild-administrator',
    places: ['guild'],
    ephemeral: true,
    run: async (call) => {
      const { guildId, options, reply, t } = call;
      if (guildId === null) return;
      const figures = () => ({
        turns: context.settings.peek({ guildId }).historyKept,
        hours: idleHoursIn(context, guildId),
      });
      const before = figures();
      const { turns, hours } = options;
      if (turns !== undefined) await context.settings.set('guild', guildId, 'historyKept', turns || undefined);
      if (hours !== undefined) await context.settings.set('guild', guildId, 'restHours', hours || undefined);
      const after = figures();
      const changes = turns !== undefined || hours !== undefined;
      if (changes) {
        const details = { before, after };
        await context.audit.record(context.db, actOf(call, { action: 'set-keep', targetId: guildId, details }));
      }
      const most = context.settings.instance.restHours;
      const lines = [
        t('keep.turns', { count: after.turns }),
        after.hours === null ? t('keep.never') : t('keep.hours', { count: after.hours }),
        ...(hours && after.hours !== hours ? [t('keep.most', { count: most ?? 0 })] : []),
        ...(changes ? [t('keep.soon')] : []),
      ];
      await reply({ content: lines.join(' ') });
    },
  });
}
