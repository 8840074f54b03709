import { eris } from './eris.ts';
import { describeLibrary } from './suite.ts';

describeLibrary(eris);
