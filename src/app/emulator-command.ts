import { pathToFileURL } from 'node:url';
