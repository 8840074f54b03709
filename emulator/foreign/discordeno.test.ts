import { afterAll, vi } from 'vitest';
import { discordeno } from './discordeno.ts';
import { describeLibrary } from './suite.ts';

// By chance it waits for one to five seconds when its session is invalid: for the shortest here.
const chance = vi.spyOn(Math, 'random').mockReturnValue(0);
afterAll(() => chance.mockRestore());

describeLibrary(discordeno);
