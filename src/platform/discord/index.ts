export type * from './port.ts';
export { checkDiscord } from './check.ts';
export { createDiscord, discordMigrations } from './create.ts';
export { discordCodes } from './errors.ts';
export { discordLimits } from './limits.ts';
export { isOwn } from './own-message.ts';
export { effectivePermissions, isThreadType } from './permissions.ts';
export { isVisit } from './visit.ts';
export { replyLine, withoutReplyLine } from './speaker.ts';
