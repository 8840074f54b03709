import { fileURLToPath } from 'node:url';
import { ApplicationIntegrationType, GatewayIntentBits } from 'discord-api-types/v10';
import type { Clock } from '../../kernel/clock.ts';
import { StartError, VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Random } from '../../kernel/random.ts';
import type { MigrationSource, Postgres } from '../postgres/index.ts';
import { createActions } from './actions.ts';
import { createSubjectActions } from './actions/create.ts';
import { Requester } from './actions/requester.ts';
import { fetchApplication, fetchSelf, inviteUrl, requestStartError, tokenFault } from './application.ts';
import { fileOrigins } from './attachment.ts';
import { Backoff } from './backoff.ts';
import { Cache } from './cache.ts';
import { CommandRegistration } from './command-registration.ts';
import { Gateway } from './gateway.ts';
import { GlobalGate } from './global-gate.ts';
import { DiscordHttp } from './http.ts';
import { privilegedWithout } from './intents.ts';
import { Marks } from './marks.ts';
import type { Discord } from './port.ts';
import { SharedRate } from './shared-rate.ts';
import { visitOf } from './visit.ts';
import { Visits } from './visits.ts';
import { Webhooks } from './webhooks.ts';

export const discordMigrations: MigrationSource = {
  name: 'discord',
  folder: fileURLToPath(new URL('migrations', import.meta.url)),
};

/** How long Discord may be unreachable at start. */
const PATIENCE_MS = 30_000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 8000;
/** How long the end may wait for marks that are under way. */
const MARKS_PATIENCE_MS = 2000;

interface CreateDiscordOptions {
  token: string;
  /** Base address of the API without its version; Discord's own when undefined. */
  apiBase: string | undefined;
  /** With `discordMigrations` applied. */
  postgres: Postgres;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** How many gateway connections; as many as Discord recommends unless given. */
  shards?: number | 'auto';
}

/**
 * Signs in over REST; the gateway connects when it is started. Rejects with a StartError when the token is refused or
 * Discord stays unreachable for half a minute.
 */
export async function createDiscord(options: CreateDiscordOptions): Promise<Discord> {
  const { token, apiBase, postgres, clock, random, logger } = options;
  const fault = tokenFault(token, apiBase);
  if (fault !== undefined) throw new StartError(fault);
  const gate = new GlobalGate(clock);
  const http = new DiscordHttp({ token, apiBase, clock, random, logger, gate });
  try {
    const [user, application] = await signIn(http, options);
    const applicationId = application.id;
    const marks = new Marks(http, clock, logger);
    const rate = new SharedRate({ postgres, gate, clock, logger, applicationId });
    const cache = new Cache({ postgres, http, clock, logger, selfUserId: user.id });
    const channelOf = (channelId: string) => cache.channel(channelId);
    const listsMembers = (privilegedWithout(application.flags ?? 0) & GatewayIntentBits.GuildMembers) === 0;
    const visits = new Visits({ postgres, clock, logger });
    const webhooks = new Webhooks({ http, clock, applicationId, name: user.username, channelOf });
    await Promise.all([rate.start(), cache.listen()]);
    const shardCount = typeof options.shards === 'number' ? options.shards : null;
    const context = { token, applicationId, selfUserId: user.id, shardCount };
    const gateway = new Gateway({ ...context, http, cache, postgres, clock, random, logger });
    const registration = new CommandRegistration({ http, postgres, clock, random, logger, applicationId });
    return {
      self: { applicationId, userId: user.id, username: user.username },
      messageContent: (privilegedWithout(application.flags ?? 0) & GatewayIntentBits.MessageContent) === 0,
      actions: createActions({
        http,
        gate,
        marks,
        clock,
        logger,
        webhooks,
        visits,
        subjects: createSubjectActions(new Requester({ http, cache, selfUserId: user.id, listsMembers }), clock),
        fileOrigins: fileOrigins(apiBase),
        onDmOpened: (channelId) => cache.rememberDm(channelId),
      }),
      cache,
      visits: {
        of: visitOf,
        open: (interaction) => visits.open(interaction),
        isOpen: async ({ channelId }) => (await visits.find(channelId)) !== undefined,
      },
      userInstalls: application.integration_types_config?.[ApplicationIntegrationType.UserInstall] !== undefined,
      gateway,
      registerCommands: (commands) => registration.start(commands),
      inviteUrl: (needs) => inviteUrl(applicationId, needs),
      close: async () => {
        await Promise.all([gateway.stop(), registration.stop()]);
        await cache.close();
        await rate.stop();
        await marks.settled(MARKS_PATIENCE_MS);
        await http.close();
      },
    };
  } catch (error) {
    await http.close();
    throw error;
  }
}

async function signIn(http: DiscordHttp, { clock, random, logger, apiBase }: CreateDiscordOptions) {
  const untilMs = clock.now() + PATIENCE_MS;
  const backoff = new Backoff({ random, firstMs: FIRST_RETRY_MS, longestMs: LONGEST_RETRY_MS });
  for (;;) {
    try {
      return await Promise.all([fetchSelf(http), fetchApplication(http)]);
    } catch (error) {
      const passing = error instanceof VendorError && error.retryable && clock.now() < untilMs;
      if (!passing) throw requestStartError(error, apiBase);
      logger.warn({ reason: error.message }, 'Discord cannot be reached; trying again');
      await clock.sleep(Math.min(Math.max(backoff.next(), error.retryAfterMs ?? 0), PATIENCE_MS));
    }
  }
}
