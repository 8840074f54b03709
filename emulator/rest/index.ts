import type { Routes } from '../http/router.ts';

/** Every REST route but those of interactions and application commands. */
export const registerRestRoutes: Routes = () => {};
export { registerCdn } from './cdn.ts';
