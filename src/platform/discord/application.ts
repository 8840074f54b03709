import { Routes, type APIApplication, type APIUser } from 'discord-api-types/v10';
import { StartError, VendorError } from '../../kernel/errors.ts';
import { discordCodes } from './errors.ts';
import type { DiscordHttp } from './http.ts';
import { INVITE_PERMISSIONS } from './permissions.ts';

export const PORTAL = 'https://discord.com/developers/applications';
export const NEW_TOKEN_HINT = `Open ${PORTAL}, choose the application, page "Bot", press "Reset Token", and put the new token into .env as DISCORD_TOKEN.`;

export function fetchApplication(http: DiscordHttp): Promise<APIApplication> {
  return http.request<APIApplication>({ method: 'GET', path: Routes.currentApplication(), repeatable: true });
}

export function fetchSelf(http: DiscordHttp): Promise<APIUser> {
  return http.request<APIUser>({ method: 'GET', path: Routes.user(), repeatable: true });
}

export function inviteUrl(applicationId: string): string {
  const query = new URLSearchParams({
    client_id: applicationId,
    scope: 'bot applications.commands',
    permissions: INVITE_PERMISSIONS.toString(),
  });
  return `https://discord.com/oauth2/authorize?${query.toString()}`;
}

/** What a person must know when the first requests fail. */
export function requestStartError(error: unknown, apiBase: string | undefined): StartError {
  if (error instanceof VendorError && error.code === discordCodes.unauthorized) {
    return new StartError(`Discord does not accept the bot's token. ${NEW_TOKEN_HINT}`, { cause: error });
  }
  const detail = error instanceof Error ? error.message : String(error);
  const base = apiBase ?? 'https://discord.com';
  return new StartError(`${detail}. Check the network, and that ${base} is right (DISCORD_API_BASE).`, {
    cause: error,
  });
}
