import { discordeno } from './discordeno.ts';
import { describeLibrary } from './suite.ts';

describeLibrary(discordeno);
