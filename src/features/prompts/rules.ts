export { promptCharacters } from '../chat/api.ts';

/** A chosen prompt: one that a member wrote, or one of the settings file by its name. */
export type PromptReference = { id: string } | { configured: string };

/** A library of saved prompts: a member's own, or a guild's. */
export type Library = 'user' | 'guild';

/** The maximum number of prompts in a library. */
export const promptLimits: Readonly<Record<Library, number>> = { user: 25, guild: 50 };

/** Letters and digits of any language, with spaces, dashes and underscores between them. */
export const promptName = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} _-]{0,30}[\p{L}\p{M}\p{N}])?$/u;

/** Resets a choice; can't be a name. */
export const resetWord = 'reset';

/** Names are found in any spelling: case, width and spaces don't matter. */
export const normalName = (name: string): string => name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
