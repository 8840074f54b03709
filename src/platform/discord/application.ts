import { Routes, type APIApplication, type APIUser } from 'discord-api-types/v10';
import { StartError, VendorError } from '../../kernel/errors.ts';
import { discordCodes, translateError } from './errors.ts';
import type { DiscordHttp } from './http.ts';
import { invitePermissions } from './permissions.ts';

export const PORTAL = 'https://discord.com/developers/applications';
export const NEW_TOKEN_HINT = `Open ${PORTAL}, choose the application, page "Bot", press "Reset Token", and put the new token into .env as DISCORD_TOKEN.`;

export async function fetchApplication(http: DiscordHttp): Promise<APIApplication> {
  return named(await http.ask<APIApplication>({ method: 'GET', path: Routes.currentApplication(), repeatable: true }));
}

export async function fetchSelf(http: DiscordHttp): Promise<APIUser> {
  return named(await http.ask<APIUser>({ method: 'GET', path: Routes.user(), repeatable: true }));
}

/** Rejects an answer that Discord cannot have given. */
function named<Thing extends { id: string }>(thing: Thing): Thing {
  if (typeof thing === 'object' && (thing as Partial<Thing> | null)?.id !== undefined) return thing;
  throw translateError(new Error('something else answered in its place, with JSON that is not its own'));
}

/** What every token of a bot looks like: ids and signatures in base64url. */
const TOKEN_SHAPE = /^[\w-]{18,100}\.[\w-]{4,20}\.[\w-]{20,200}$/;

/**
 * Why this cannot be a bot's token, whatever the network would say; undefined when it can. Another server than Discord's
 * may have tokens of another shape.
 */
export function tokenFault(token: string, apiBase: string | undefined): string | undefined {
  const wrong = 'DISCORD_TOKEN is not the token of a bot';
  if (/^Bot\s/i.test(token)) return `${wrong}: leave out the word "Bot" before it.`;
  if (/[^\x21-\x7e]|["'`<>]/.test(token)) {
    return `${wrong}: it holds a space, a quotation mark or another character that no token has. ${NEW_TOKEN_HINT}`;
  }
  const isDiscords = apiBase === undefined || /(^|\.)discord\.com$/.test(new URL(apiBase).hostname);
  if (!isDiscords || TOKEN_SHAPE.test(token)) return undefined;
  const what = /^\d{15,21}$/.test(token) ? 'it looks like an id' : 'a token has three parts with dots between them';
  return `${wrong}: ${what}. ${NEW_TOKEN_HINT}`;
}

export function inviteUrl(applicationId: string, options: { speaks: boolean }): string {
  const query = new URLSearchParams({
    client_id: applicationId,
    scope: 'bot applications.commands',
    permissions: invitePermissions(options).toString(),
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
