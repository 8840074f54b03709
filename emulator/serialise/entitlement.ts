import type { Core, StoredEntitlement } from '../contract.ts';

/** The one type that Discord's description of its API names for what is bought; tests are answered as this too. */
const APPLICATION_SUBSCRIPTION = 8;

export function entitlementObject(core: Core, entitlement: StoredEntitlement): Record<string, unknown> {
  const { id, skuId, applicationId, userId, guildId, deleted, consumed, startsAt, endsAt } = entitlement;
  return {
    id,
    sku_id: skuId,
    application_id: applicationId,
    // A guild has its right from a buyer; in a test that is the owner of the application.
    user_id: userId ?? core.world.applications.get(applicationId)?.ownerId ?? '0',
    ...(guildId === null ? {} : { guild_id: guildId }),
    type: APPLICATION_SUBSCRIPTION,
    deleted,
    consumed,
    starts_at: startsAt,
    ends_at: endsAt,
    promotion_id: null,
    gift_code_flags: 0,
  };
}

/** Whether the right can be used now. */
export function isActive(core: Core, { deleted, consumed, startsAt, endsAt }: StoredEntitlement): boolean {
  const now = core.clock.now();
  const hasBegun = startsAt === null || Date.parse(startsAt) <= now;
  return !deleted && !consumed && hasBegun && !hasEnded(core, endsAt);
}

export function hasEnded(core: Core, endsAt: string | null): boolean {
  return endsAt !== null && Date.parse(endsAt) <= core.clock.now();
}

/** What a user, and the guild where something happens, may use of an application now. */
export function activeEntitlements(
  core: Core,
  applicationId: string,
  userId: string,
  guildId: string | null,
): Record<string, unknown>[] {
  return [...core.world.entitlements.values()]
    .filter((entitlement) => entitlement.applicationId === applicationId && isActive(core, entitlement))
    .filter((entitlement) =>
      entitlement.guildId === null ? entitlement.userId === userId : entitlement.guildId === guildId,
    )
    .map((entitlement) => entitlementObject(core, entitlement));
}
