import { z } from 'zod';
import type { Core, StoredApplication } from '../contract.ts';
import { discordError } from '../errors.ts';
import { parseForm, snowflake } from '../forms.ts';

const installForm = z.object({ userId: snowflake, applicationId: snowflake });

/** What Discord's page for adding an application grants when a user adds it for themselves. */
const userInstall = { scopes: ['applications.commands'], permissions: '0' };

/** Installs an application for a user everywhere, or takes it away again; answers who has it. */
export function changeInstall(core: Core, body: unknown, isInstalled: boolean): unknown {
  const { userId, applicationId } = parseForm(installForm, body);
  const application = core.world.applications.get(applicationId);
  if (application === undefined) throw discordError('unknownApplication');
  if (core.world.users.get(userId)?.bot !== false) throw discordError('unknownUser');
  const others = (application.installedByUserIds ?? []).filter((id) => id !== userId);
  const installedByUserIds = isInstalled ? [...others, userId] : others;
  const changed: StoredApplication = { ...application, installedByUserIds };
  // An application whose installations nobody has set up is one for servers, too.
  if (isInstalled) changed.integrationTypes = { '0': null, '1': userInstall, ...application.integrationTypes };
  core.world.applications.set(applicationId, changed);
  return { installedByUserIds };
}
