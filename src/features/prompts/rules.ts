export { promptCharacters } from '../chat/api.ts';

/** A prompt that has been chosen: one that somebody wrote, or one of the settings file by its name. */
export type PromptReference = { id: string } | { configured: string };

/** Where people keep prompts by command: a person's own, and a guild's. */
export type Library = 'user' | 'guild';

/** How many prompts a library holds. */
export const promptLimits: Readonly<Record<Library, number>> = { user: 25, guild: 50 };

/** Letters and digits of any language, with spaces, dashes and underscores between them. */
export const promptName = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} _-]{0,30}[\p{L}\p{M}\p{N}])?$/u;

/** The word that takes back what was chosen, and no name. */
export const resetWord = 'reset';

/** Names are found however they are written. */
export const normalName = (name: string): string => name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
