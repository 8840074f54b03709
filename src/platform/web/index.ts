export type * from './port.ts';
export { createWeb } from './web.ts';
export type { Resolve, WebOptions } from './web.ts';
