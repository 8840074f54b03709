import { seyfert } from './seyfert.ts';
import { describeLibrary } from './suite.ts';

describeLibrary(seyfert);
