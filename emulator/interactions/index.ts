import type { Routes } from '../http/router.ts';

export const registerInteractionRoutes: Routes = () => {};
