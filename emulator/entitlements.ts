import type { Core, StoredEntitlement } from './contract.ts';
import { entitlementObject } from './serialise/entitlement.ts';

/** What is made as a test may be deleted by its application; what is bought may not. */
export const TEST_MODE_PURCHASE = 4;
export const BOUGHT = 8;

/** Stores a right and tells the application's bot. */
export function saveEntitlement(
  core: Core,
  event: 'ENTITLEMENT_CREATE' | 'ENTITLEMENT_UPDATE' | 'ENTITLEMENT_DELETE',
  entitlement: StoredEntitlement,
): void {
  core.world.entitlements.set(entitlement.id, entitlement);
  const botUserId = core.world.applications.get(entitlement.applicationId)?.botUserId;
  if (botUserId === undefined) return;
  core.bus.announce({
    t: event,
    d: entitlementObject(core, entitlement),
    audience: { kind: 'users', userIds: [botUserId] },
  });
}
