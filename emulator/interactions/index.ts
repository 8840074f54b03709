import type { Routes } from '../http/router.ts';
import { answerInteraction } from './callback.ts';
import { registerCommandIndex } from './command-index.ts';
import { registerCommandRoutes } from './command-routes.ts';
import { registerFollowUps } from './follow-ups.ts';
import { InteractionRegistry } from './registry.ts';
import { submitInteraction } from './submit.ts';

/** Application commands, what people do with them and with components and forms, and how bots answer. */
export const registerInteractionRoutes: Routes = (api, core) => {
  const registry = new InteractionRegistry(core);
  registerCommandRoutes(api, core);
  registerCommandIndex(api, core);
  api.route({
    method: 'POST',
    path: '/interactions',
    auth: 'person',
    handler: (request) => submitInteraction(core, registry, request),
  });
  api.route({
    method: 'POST',
    path: '/interactions/{interaction_id}/{interaction_token}/callback',
    auth: 'none',
    handler: (request) => answerInteraction(core, registry, request),
  });
  registerFollowUps(api, core, registry);
};
