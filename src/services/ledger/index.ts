export { units } from './port.ts';
export type * from './port.ts';
