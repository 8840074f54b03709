import { z } from 'zod';
import type { Core, StoredApplication, StoredEntitlement } from '../contract.ts';
import { saveEntitlement, TEST_MODE_PURCHASE } from '../entitlements.ts';
import { discordError } from '../errors.ts';
import { integer, parseForm, snowflake } from '../forms.ts';
import type { Routes } from '../http/router.ts';
import { entitlementObject, hasEnded, isActive } from '../serialise/entitlement.ts';
import { compareSnowflakes } from '../snowflake.ts';
import { ownApplication } from './own-application.ts';
import { queryFlag, queryList } from './query.ts';

const GUILD_OWNER = 1;
const USER_OWNER = 2;

const listQuery = z.object({
  user_id: snowflake.optional(),
  guild_id: snowflake.optional(),
  sku_ids: queryList(snowflake, 100).optional(),
  before: snowflake.optional(),
  after: snowflake.optional(),
  limit: integer(1, 100).default(100),
  exclude_ended: queryFlag.default(false),
  exclude_deleted: queryFlag.default(true),
  only_active: queryFlag.default(false),
});

const createForm = z.object({
  sku_id: snowflake,
  owner_id: snowflake,
  owner_type: z.literal([GUILD_OWNER, USER_OWNER]),
});

export const registerEntitlementRoutes: Routes = (api, core) => {
  const path = '/applications/{application_id}/entitlements';
  api.route({
    method: 'GET',
    path,
    auth: 'bot',
    handler: ({ caller, params, query }) => {
      const application = ownApplication(core, caller, params['application_id']);
      return list(core, application, parseForm(listQuery, query));
    },
  });
  api.route({
    method: 'POST',
    path,
    auth: 'bot',
    handler: ({ caller, params, body }) =>
      createTest(core, ownApplication(core, caller, params['application_id']), body),
  });
  registerSingle(api, core);
  const ownQuery = z.object({
    sku_ids: queryList(snowflake, 100).optional(),
    exclude_consumed: queryFlag.default(false),
  });
  api.route({
    method: 'GET',
    path: '/users/@me/applications/{application_id}/entitlements',
    auth: 'any',
    handler: ({ caller, params, query }) => {
      const form = parseForm(ownQuery, query);
      return [...core.world.entitlements.values()]
        .filter(({ applicationId, userId }) => applicationId === params['application_id'] && userId === caller.user.id)
        .filter(({ deleted, consumed }) => !deleted && !(consumed && form.exclude_consumed))
        .filter(({ skuId }) => form.sku_ids?.includes(skuId) ?? true)
        .map((entitlement) => entitlementObject(core, entitlement));
    },
  });
};

const registerSingle: Routes = (api, core) => {
  const path = '/applications/{application_id}/entitlements/{entitlement_id}';
  const find = (application: StoredApplication, params: Record<string, string>): StoredEntitlement => {
    const entitlement = core.world.entitlements.get(params['entitlement_id'] ?? '');
    if (entitlement?.applicationId !== application.id) throw discordError('unknownEntitlement');
    return entitlement;
  };
  api.route({
    method: 'GET',
    path,
    auth: 'bot',
    handler: ({ caller, params }) =>
      entitlementObject(core, find(ownApplication(core, caller, params['application_id']), params)),
  });
  api.route({
    method: 'DELETE',
    path,
    auth: 'bot',
    handler: ({ caller, params }) => {
      const entitlement = find(ownApplication(core, caller, params['application_id']), params);
      if (entitlement.deleted) throw discordError('unknownEntitlement');
      if (entitlement.type !== TEST_MODE_PURCHASE) throw discordError('sandboxEntitlementsOnly');
      saveEntitlement(core, 'ENTITLEMENT_DELETE', { ...entitlement, deleted: true });
    },
  });
  api.route({
    method: 'POST',
    path: `${path}/consume`,
    auth: 'bot',
    handler: ({ caller, params }) => {
      const entitlement = find(ownApplication(core, caller, params['application_id']), params);
      if (entitlement.deleted) throw discordError('unknownEntitlement');
      if (!entitlement.consumed) saveEntitlement(core, 'ENTITLEMENT_UPDATE', { ...entitlement, consumed: true });
    },
  });
};

function list(core: Core, application: StoredApplication, form: z.output<typeof listQuery>): unknown[] {
  const { before, after } = form;
  const found = [...core.world.entitlements.values()]
    .filter(({ applicationId }) => applicationId === application.id)
    .filter(({ userId, guildId }) => form.user_id === undefined || (userId === form.user_id && guildId === null))
    .filter(({ guildId }) => form.guild_id === undefined || guildId === form.guild_id)
    .filter(({ skuId }) => form.sku_ids?.includes(skuId) ?? true)
    .filter(({ id }) => before === undefined || compareSnowflakes(id, before) < 0)
    .filter(({ id }) => after === undefined || compareSnowflakes(id, after) > 0)
    .filter(({ deleted }) => !(deleted && form.exclude_deleted))
    .filter(({ endsAt }) => !(form.exclude_ended && hasEnded(core, endsAt)))
    .filter((entitlement) => !form.only_active || isActive(core, entitlement))
    .sort((left, right) => compareSnowflakes(left.id, right.id));
  const page = before === undefined ? found.slice(0, form.limit) : found.slice(-form.limit);
  return page.map((entitlement) => entitlementObject(core, entitlement));
}

/** A right without an end, for trying what the application does for those who paid. */
function createTest(core: Core, application: StoredApplication, body: unknown): Record<string, unknown> {
  const form = parseForm(createForm, body);
  const isGuild = form.owner_type === GUILD_OWNER;
  if (isGuild && core.world.guilds.get(form.owner_id) === undefined) throw discordError('unknownGuild');
  if (!isGuild && core.world.users.get(form.owner_id) === undefined) throw discordError('unknownUser');
  const entitlement: StoredEntitlement = {
    id: core.world.snowflake(),
    applicationId: application.id,
    skuId: form.sku_id,
    userId: isGuild ? null : form.owner_id,
    guildId: isGuild ? form.owner_id : null,
    type: TEST_MODE_PURCHASE,
    deleted: false,
    consumed: false,
    startsAt: null,
    endsAt: null,
  };
  saveEntitlement(core, 'ENTITLEMENT_CREATE', entitlement);
  return entitlementObject(core, entitlement);
}
