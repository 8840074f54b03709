import { GatewayCloseCodes } from 'discord-api-types/v10';
import { errorMessage, StartError, VendorError } from '../../kernel/errors.ts';
import { NEW_TOKEN_HINT, PORTAL } from './application.ts';
import { FatalClose } from './connection.ts';
import { discordCodes } from './errors.ts';

const ADVICE: Readonly<Record<number, string>> = {
  [GatewayCloseCodes.AuthenticationFailed]: `Discord does not accept the bot's token. ${NEW_TOKEN_HINT}`,
  [GatewayCloseCodes.InvalidShard]:
    'Discord refuses the number of shards. Set discord.shards to auto in familiar.yaml.',
  [GatewayCloseCodes.ShardingRequired]:
    'The bot is in too many servers for this number of shards. Set discord.shards to auto in familiar.yaml.',
  [GatewayCloseCodes.InvalidAPIVersion]: 'Discord no longer speaks this version of its API. Update Familiar.',
  [GatewayCloseCodes.InvalidIntents]: 'Discord does not know the intents that were asked for. Update Familiar.',
  [GatewayCloseCodes.DisallowedIntents]: `Discord refuses the intents. Open ${PORTAL}, page "Bot", "Privileged Gateway Intents".`,
};

/** Why the gateway cannot be connected, and what to do about it. */
export function gatewayStartError(error: unknown): StartError {
  if (error instanceof FatalClose) {
    return new StartError(ADVICE[error.closeCode] ?? error.message, { cause: error });
  }
  if (error instanceof VendorError && error.code === discordCodes.unauthorized) {
    return new StartError(`Discord does not accept the bot's token. ${NEW_TOKEN_HINT}`, { cause: error });
  }
  return new StartError(`The gateway cannot be connected: ${errorMessage(error)}`, { cause: error });
}
