import type { Routes } from '../http/router.ts';
import { registerGatewayRoutes } from './gateway.ts';
import { registerMessageRoutes } from './messages.ts';
import { registerApplicationRoutes, registerUserRoutes } from './users.ts';

/** Every REST route but those of interactions and application commands. */
export const registerRestRoutes: Routes = (api, core) => {
  const parts: Routes[] = [registerGatewayRoutes, registerUserRoutes, registerApplicationRoutes, registerMessageRoutes];
  for (const register of parts) register(api, core);
};
