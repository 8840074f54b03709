import { later, never } from './states.ts';
import type { EndpointTable } from './states.ts';

const EDITED =
  'no event webhooks and role connections, translations of the description are dropped, the address for interactions is kept and never called';

/** Applications, their commands, interactions and webhooks. */
export const applicationEndpoints: EndpointTable = {
  '/applications/@me': { GET: 'done', PATCH: { partly: EDITED } },
  '/applications/{application_id}': { GET: 'done', PATCH: { partly: EDITED } },
  '/applications/{application_id}/activity-instances/{instance_id}': { GET: never.games },
  '/applications/{application_id}/attachment': { POST: never.games },
  '/applications/{application_id}/commands': { GET: 'done', POST: 'done', PUT: 'done' },
  '/applications/{application_id}/commands/{command_id}': { GET: 'done', PATCH: 'done', DELETE: 'done' },
  '/applications/{application_id}/emojis': { GET: 'done', POST: 'done' },
  '/applications/{application_id}/emojis/{emoji_id}': { GET: 'done', PATCH: 'done', DELETE: 'done' },
  '/applications/{application_id}/entitlements': { GET: 'done', POST: 'done' },
  '/applications/{application_id}/entitlements/{entitlement_id}': { GET: 'done', DELETE: 'done' },
  '/applications/{application_id}/entitlements/{entitlement_id}/consume': {
    POST: { partly: 'there are no SKUs, so everything can be consumed' },
  },
  '/applications/{application_id}/guilds/{guild_id}/commands': { GET: 'done', POST: 'done', PUT: 'done' },
  '/applications/{application_id}/guilds/{guild_id}/commands/permissions': {
    GET: { partly: 'nobody can set any, so the list is empty' },
  },
  '/applications/{application_id}/guilds/{guild_id}/commands/{command_id}': {
    GET: 'done',
    PATCH: 'done',
    DELETE: 'done',
  },
  '/applications/{application_id}/guilds/{guild_id}/commands/{command_id}/permissions': {
    GET: { partly: 'nobody can set any, so the answer is 10066' },
    PUT: never.permissions,
  },
  '/applications/{application_id}/role-connections/metadata': { GET: later.dashboard, PUT: later.dashboard },
  '/interactions': { POST: 'done' },
  '/interactions/{interaction_id}/{interaction_token}/callback': {
    POST: { partly: 'types 4 to 9; 12 starts an activity, a web page inside of Discord, which has no place here' },
  },
  '/skus/{sku_id}/subscriptions': { GET: never.shop },
  '/skus/{sku_id}/subscriptions/{subscription_id}': { GET: never.shop },
  '/webhooks/{webhook_id}': { GET: 'done', PATCH: 'done', DELETE: 'done' },
  '/webhooks/{webhook_id}/{webhook_token}': {
    GET: 'done',
    POST: { partly: 'of the addresses in avatar_url only those of attachments of the emulator are shown' },
    PATCH: 'done',
    DELETE: 'done',
  },
  '/webhooks/{webhook_id}/{webhook_token}/github': { POST: never.formats },
  '/webhooks/{webhook_id}/{webhook_token}/messages/@original': { GET: 'done', PATCH: 'done', DELETE: 'done' },
  '/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}': { GET: 'done', PATCH: 'done', DELETE: 'done' },
  '/webhooks/{webhook_id}/{webhook_token}/slack': { POST: never.formats },
};
