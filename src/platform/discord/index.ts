export type * from './port.ts';
export { checkDiscord, type CheckDiscordOptions, type DiscordFinding } from './check.ts';
export { createDiscord, discordMigrations, type CreateDiscordOptions } from './create.ts';
export { discordCodes } from './errors.ts';
export { discordLimits } from './limits.ts';
export { effectivePermissions } from './permissions.ts';
