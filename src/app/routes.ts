import type { HttpAnswer, HttpRoute } from '../platform/http/index.ts';
import { UserError } from '../kernel/errors.ts';
import type { Access, Action, Caller } from '../services/access/index.ts';
import { checkAllowed, recordingRefusal } from './refusals.ts';
import type { AccessGate } from './refusals.ts';

/** A route with what decides who may use it. */
export interface GuardedRoute extends HttpRoute {
  /** null for the app's own. */
  feature: string | null;
  name: string;
  access: Access;
}

/** Who asks over HTTP without having signed in: a member of nothing, of the lowest rank. */
const visitor: Caller = {
  userId: 'visitor',
  displayName: 'a visitor',
  roleIds: [],
  permissions: 0n,
  instanceAdministrator: false,
};

interface RouteGuard {
  /** The route, which now answers 403 with the reason to whom the policy refuses it, and 503 until `opens`. */
  guard(route: GuardedRoute): HttpRoute;
  /** The policy is there. The app's own routes for everyone answer before, so that a start can be watched. */
  opens(accessGate: AccessGate): void;
}

export function createRouteGuard(): RouteGuard {
  let accessGate: AccessGate | undefined;
  return {
    opens: (opened) => {
      accessGate = opened;
    },
    guard: (route) => ({
      ...route,
      handle: async () => {
        if (accessGate) return (await refused(accessGate, route)) ?? route.handle();
        const open = route.feature === null && route.access === 'everyone';
        return open ? route.handle() : { status: 503, body: { status: 'starting' } };
      },
    }),
  };
}

async function refused(accessGate: AccessGate, route: GuardedRoute): Promise<HttpAnswer | undefined> {
  const error = await refuseVisitor(accessGate, route);
  return error && { status: 403, body: { error: error.code, message: error.message } };
}

/** Why somebody who has not signed in may not use a route, recorded; undefined when they may. */
export async function refuseVisitor(
  accessGate: AccessGate,
  { feature, name, access }: Pick<GuardedRoute, 'feature' | 'name' | 'access'>,
): Promise<UserError | undefined> {
  const action: Action = { kind: 'route', feature, name, access };
  const call = { caller: visitor, guildId: null, channelId: '' };
  try {
    await recordingRefusal(accessGate, action, call, () => checkAllowed(accessGate, action, call));
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
