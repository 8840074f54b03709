import { Routes, type APIApplication, type APIGatewayBotInfo } from 'discord-api-types/v10';
import { systemClock } from '../../kernel/clock.ts';
import { errorMessage } from '../../kernel/errors.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { systemRandom } from '../../kernel/random.ts';
import type { Db } from '../postgres/index.ts';
import { fetchApplication, fetchSelf, inviteUrl, NEW_TOKEN_HINT, PORTAL, tokenFault } from './application.ts';
import { readRegistration } from './command-registration.ts';
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
  /** Where the bot keeps what it remembers, when that can be reached. */
  db: Db | undefined;
}

/** Looks whether a start would work, without connecting to the gateway or changing anything. Never rejects. */
export async function checkDiscord(options: CheckDiscordOptions): Promise<DiscordFinding[]> {
  const gate = new GlobalGate(systemClock);
  const { token, apiBase } = options;
  const fault = tokenFault(token, apiBase);
  if (fault !== undefined) return [{ ok: false, title: 'Discord token', detail: fault }];
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
      ...(await checkCommands(options.db, application.id)),
      // Features aren't set up here, so the link includes Manage Webhooks, in case one speaks under another name.
      { ok: true, title: 'Invite link', detail: inviteUrl(application.id, { speaks: true }) },
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

/** Nothing is said of a bot that has never tried. */
async function checkCommands(db: Db | undefined, applicationId: string): Promise<DiscordFinding[]> {
  const title = 'Slash commands';
  // A database that has not been brought up to date has no such table.
  const state = await (db && readRegistration(db, applicationId).catch(() => undefined));
  if (!state) return [];
  const { atMs, outcome, detail, nextTryMs } = state;
  const at = (unixMs: number) => new Date(unixMs).toISOString().slice(0, 16).replace('T', ' ');
  if (outcome === 'registered') return [{ ok: true, title, detail: `registered (${detail}), checked ${at(atMs)} UTC` }];
  const next = nextTryMs === null ? 'at the next start' : `at ${at(nextTryMs)} UTC`;
  const which = outcome === 'partly' ? 'some are missing or old' : 'not registered';
  return [
    {
      ok: false,
      title,
      detail: `${which} since ${at(atMs)} UTC: ${detail}`,
      fix: `The bot tries again ${next}. Until then prefix commands, mentions and older slash commands work.`,
    },
  ];
}

async function checkGateway(http: DiscordHttp): Promise<DiscordFinding> {
  const title = 'Discord gateway';
  try {
    const info = await http.ask<APIGatewayBotInfo>({ method: 'GET', path: Routes.gatewayBot(), repeatable: true });
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
