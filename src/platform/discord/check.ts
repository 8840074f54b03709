import { Routes, type APIApplication, type APIGatewayBotInfo } from 'discord-api-types/v10';
import { systemClock } from '../../kernel/clock.ts';
import { errorMessage } from '../../kernel/errors.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { systemRandom } from '../../kernel/random.ts';
import { fetchApplication, fetchSelf, inviteUrl, NEW_TOKEN_HINT, PORTAL } from './application.ts';
import { discordCodes, isDiscordError } from './errors.ts';
import { GlobalGate } from './global-gate.ts';
import { DiscordHttp } from './http.ts';
import { privilegedIntents } from './intents.ts';

interface DiscordFinding {
  ok: boolean;
  title: string;
  detail: string;
  /** What to click or change, when it is not ok. */
  fix?: string;
}

interface CheckDiscordOptions {
  token: string;
  apiBase: string | undefined;
  /** Gateway intent bits that the features want. */
  intents: number;
}

/** Looks whether a start would work, without connecting to the gateway or changing anything. Never rejects. */
export async function checkDiscord(options: CheckDiscordOptions): Promise<DiscordFinding[]> {
  const gate = new GlobalGate(systemClock);
  const { token, apiBase } = options;
  const http = new DiscordHttp({
    token,
    apiBase,
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    gate,
  });
  try {
    const self = await fetchSelf(http);
    const application = await fetchApplication(http);
    return [
      { ok: true, title: 'Discord token', detail: `signs in as ${self.username}` },
      ...checkIntents(application, options.intents),
      await checkGateway(http),
      { ok: true, title: 'Invite link', detail: inviteUrl(application.id) },
    ];
  } catch (error) {
    return [tokenFinding(error, apiBase)];
  } finally {
    await http.close();
  }
}

function tokenFinding(error: unknown, apiBase: string | undefined): DiscordFinding {
  if (isDiscordError(error, discordCodes.unauthorized)) {
    return { ok: false, title: 'Discord token', detail: 'Discord does not accept it', fix: NEW_TOKEN_HINT };
  }
  const base = apiBase ?? 'https://discord.com';
  const fix = `Check the network, and that ${base} is right (DISCORD_API_BASE).`;
  return { ok: false, title: 'Discord', detail: errorMessage(error), fix };
}

function checkIntents(application: APIApplication, intents: number): DiscordFinding[] {
  return privilegedIntents
    .filter(({ bit }) => intents & bit)
    .map(({ title, flags }) =>
      (application.flags ?? 0) & flags
        ? { ok: true, title, detail: 'switched on' }
        : {
            ok: false,
            title,
            detail: 'switched off; the bot runs without what needs it',
            fix: `Open ${PORTAL}/${application.id}/bot, "Privileged Gateway Intents", switch on "${title}" and save.`,
          },
    );
}

async function checkGateway(http: DiscordHttp): Promise<DiscordFinding> {
  const title = 'Discord gateway';
  try {
    const info = await http.request<APIGatewayBotInfo>({ method: 'GET', path: Routes.gatewayBot(), repeatable: true });
    const { remaining, total, reset_after: resetAfterMs } = info.session_start_limit;
    const detail = `${info.shards} shard(s), ${remaining} of ${total} session starts left`;
    if (remaining >= info.shards) return { ok: true, title, detail };
    const minutes = Math.ceil(resetAfterMs / 60_000);
    return {
      ok: false,
      title,
      detail,
      fix: `Wait ${minutes} minutes before the next start; look why it starts so often.`,
    };
  } catch (error) {
    return { ok: false, title, detail: errorMessage(error), fix: 'Check the network and try again in some minutes.' };
  }
}
