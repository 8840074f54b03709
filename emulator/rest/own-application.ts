import type { Caller, Core, StoredApplication } from '../contract.ts';
import { discordError } from '../errors.ts';

/** The application in the path, for its own bot alone: 10002 when there is none, 20012 for another's. */
export function ownApplication(core: Core, caller: Caller, applicationId: string | undefined): StoredApplication {
  const application = core.world.applications.get(applicationId ?? '');
  if (application === undefined) throw discordError('unknownApplication');
  if (application.botUserId !== caller.user.id) throw discordError('othersApplication');
  return application;
}
