import { snowflakeTime } from '../../../kernel/snowflake.ts';
import { defineCommand } from '../../../sdk/index.ts';
import type { Command, FeatureContext } from '../../../sdk/index.ts';
import { roundTrip } from '../store.ts';

/** Shows that gateway, database and REST work, each with its time. */
export function pingCommand(context: FeatureContext<unknown>): Command {
  return defineCommand({
    name: 'ping',
    options: {},
    access: 'everyone',
    installs: ['guild', 'user'],
    ephemeral: true,
    run: async ({ calledId, reply, t }) => {
      const { clock } = context;
      const gatewayMs = Math.max(0, clock.now() - snowflakeTime(calledId));
      const begun = clock.now();
      await roundTrip(context.db);
      await reply({ content: t('pong', { gatewayMs, databaseMs: clock.now() - begun }) });
    },
  });
}
