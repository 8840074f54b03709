import { sapphire } from './sapphire.ts';
import { describeLibrary } from './suite.ts';

describeLibrary(sapphire);
