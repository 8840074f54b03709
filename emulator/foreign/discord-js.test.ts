import { discordJs } from './discord-js.ts';
import { describeLibrary } from './suite.ts';

describeLibrary(discordJs);
