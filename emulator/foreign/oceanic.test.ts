import { oceanic } from './oceanic.ts';
import { describeLibrary } from './suite.ts';

describeLibrary(oceanic);
