import { describe, expect, it } from 'vitest';
import { accessSchema } from '../platform/config/index.ts';
import { createAccess } from '../services/access/index.ts';
import type { Access } from '../services/access/index.ts';
import { createRouteGuard } from './routes.ts';
import type { GuardedRoute } from './routes.ts';

const route = (feature: string | null, access: Access): GuardedRoute => ({
  feature,
  name: 'page',
  access,
  method: 'GET',
  path: '/page',
  handle: () => ({ status: 200, body: 'here' }),
});

function setUp(features: string[]) {
  const refused: object[] = [];
  const guard = createRouteGuard();
  const open = () =>
    guard.opens({
      access: createAccess({
        config: accessSchema.parse({ roles: { member: { features } } }),
        administrators: [],
        settings: {
          ...{ peek: () => undefined, onChange: () => () => undefined },
          ...{ set: () => Promise.resolve(), forUser: () => Promise.resolve({}) },
        },
        parentOfThread: () => undefined,
      }),
      audit: { refused: (entry) => void refused.push(entry) },
      failures: { explain: () => '', in: () => (key) => key },
    });
  return { guard, open, refused };
}

describe('a route', () => {
  it.each([
    ['of the app for everyone', null, 'everyone', 200, 200],
    ['of the app for those who run the bot', null, 'instance-administrator', 503, 403],
    ['of a feature that is allowed', 'chat', 'everyone', 503, 200],
    ['of a feature that no role opens', 'images', 'everyone', 503, 403],
    ['for moderators', 'chat', 'moderator', 503, 403],
  ] as const)('%s answers a visitor by the policy, and is closed before there is one', async (...row) => {
    const [, feature, access, before, after] = row;
    const { guard, open } = setUp(['chat']);
    const guarded = guard.guard(route(feature, access));
    expect((await guarded.handle()).status).toBe(before);
    open();
    expect((await guarded.handle()).status).toBe(after);
  });

  it('says why it refuses, and has that recorded', async () => {
    const { guard, open, refused } = setUp(['chat']);
    open();
    const { body } = await guard.guard(route('images', 'everyone')).handle();
    expect(body).toEqual({ error: 'refused.policy.features', message: 'images is not allowed (role member)' });
    expect(refused).toEqual([
      {
        actorId: 'visitor',
        targetId: null,
        guildId: null,
        channelId: null,
        reason: 'refused.policy.features',
        details: { kind: 'route', feature: 'images', name: 'page', rule: 'role member' },
      },
    ]);
  });
});
