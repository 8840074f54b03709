import type { Routes } from '../http/router.ts';
import { registerApplicationEmojiRoutes } from './application-emojis.ts';
import { registerApplicationRoutes } from './applications.ts';
import { registerChannelRoutes } from './channels.ts';
import { registerEmojiRoutes } from './emojis.ts';
import { registerEntitlementRoutes } from './entitlements.ts';
import { registerGatewayRoutes } from './gateway.ts';
import { registerGuildRoutes } from './guilds.ts';
import { registerInviteRoutes } from './invites.ts';
import { registerBanRoutes, registerMemberRoutes } from './members.ts';
import { registerMessageSearchRoutes } from './message-search.ts';
import { registerMessageRoutes } from './messages.ts';
import { registerOwnMemberRoutes } from './own-member.ts';
import { registerPinRoutes } from './pins.ts';
import { registerPollRoutes } from './polls.ts';
import { registerProfileRoutes } from './profiles.ts';
import { registerReactionRoutes } from './reactions.ts';
import { registerRoleRoutes } from './roles.ts';
import { registerThreadRoutes } from './threads.ts';
import { registerStickerRoutes } from './stickers.ts';
import { registerThreadSearch } from './thread-search.ts';
import { registerUserRoutes } from './users.ts';
import { registerWebhookRoutes } from './webhooks.ts';

const PARTS: readonly Routes[] = [
  registerGatewayRoutes,
  registerUserRoutes,
  registerProfileRoutes,
  registerApplicationRoutes,
  registerApplicationEmojiRoutes,
  registerEntitlementRoutes,
  registerGuildRoutes,
  registerRoleRoutes,
  registerMemberRoutes,
  registerOwnMemberRoutes,
  registerBanRoutes,
  registerEmojiRoutes,
  registerStickerRoutes,
  registerChannelRoutes,
  registerMessageRoutes,
  registerMessageSearchRoutes,
  registerReactionRoutes,
  registerPinRoutes,
  registerPollRoutes,
  registerThreadRoutes,
  registerThreadSearch,
  registerWebhookRoutes,
  registerInviteRoutes,
];

/** Every REST route but those of interactions and application commands. */
export const registerRestRoutes: Routes = (api, core) => {
  for (const register of PARTS) register(api, core);
};
