import type { Routes } from '../http/router.ts';
import { registerChannelRoutes } from './channels.ts';
import { registerEmojiRoutes } from './emojis.ts';
import { registerGatewayRoutes } from './gateway.ts';
import { registerGuildRoutes } from './guilds.ts';
import { registerInviteRoutes } from './invites.ts';
import { registerBanRoutes, registerMemberRoutes } from './members.ts';
import { registerMessageSearchRoutes } from './message-search.ts';
import { registerMessageRoutes } from './messages.ts';
import { registerPinRoutes } from './pins.ts';
import { registerPollRoutes } from './polls.ts';
import { registerReactionRoutes } from './reactions.ts';
import { registerRoleRoutes } from './roles.ts';
import { registerThreadRoutes } from './threads.ts';
import { registerApplicationRoutes, registerUserRoutes } from './users.ts';
import { registerWebhookRoutes } from './webhooks.ts';

const PARTS: readonly Routes[] = [
  registerGatewayRoutes,
  registerUserRoutes,
  registerApplicationRoutes,
  registerGuildRoutes,
  registerRoleRoutes,
  registerMemberRoutes,
  registerBanRoutes,
  registerEmojiRoutes,
  registerChannelRoutes,
  registerMessageRoutes,
  registerMessageSearchRoutes,
  registerReactionRoutes,
  registerPinRoutes,
  registerPollRoutes,
  registerThreadRoutes,
  registerWebhookRoutes,
  registerInviteRoutes,
];

/** Every REST route but those of interactions and application commands. */
export const registerRestRoutes: Routes = (api, core) => {
  for (const register of PARTS) register(api, core);
};
