import { snowflakeTime } from '../../../kernel/snowflake.ts';
import { defineCommand } from '../../../sdk/index.ts';
import type { Command, FeatureContext } from '../../../sdk/index.ts';

/** Shows that gateway, database and REST work, each with its time. */
export function pingCommand(context: FeatureContext<unknown>): Command {
  return defineCommand({
    name: 'ping',
    options: {},
    access: 'everyone',
    ephemeral: true,
    run: async ({ calledId, reply, t }) => {
      const { clock } = context;
      const gatewayMs = Math.max(0, clock.now() - snowflakeTime(calledId));
      const begun = clock.now();
      await context.db.selectFrom('settings_value').select('key').limit(1).execute();
      await reply({ content: t('pong', { gatewayMs, databaseMs: clock.now() - begun }) });
    },
  });
}
