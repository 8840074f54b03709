import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Announcement } from '../contract.ts';
import { createCore } from '../core.ts';
import { seedWorld } from '../seed.ts';
import { openWorld } from '../world.ts';
import { InteractionRegistry, InteractionType } from './registry.ts';

describe('the registry', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('tells the user of a failure after three seconds, and refuses a later answer', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const clock = { now: () => Date.UTC(2026, 0, 1) };
    const world = openWorld(null, clock);
    seedWorld(world, clock);
    const core = createCore(world, clock, null);
    const announced: Announcement[] = [];
    core.bus.subscribe((announcement) => announced.push(announcement));
    const registry = new InteractionRegistry(core);
    const [user] = [...world.users.values()].filter((candidate) => !candidate.bot);
    const [owner] = [...world.applications.values()];
    const channel = [...world.channels.values()].find(({ name }) => name === 'general');
    if (!user || !owner || !channel) throw new Error('The seeded world is not as expected.');
    const details = { type: InteractionType.command, application: owner, user, channel, nonce: 'n', name: 'ping' };
    const interaction = registry.open({
      ...details,
      commandType: 1,
      message: null,
      owners: {},
      targetId: null,
      origin: null,
    });
    vi.advanceTimersByTime(2_999);
    expect(announced).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(announced).toEqual([
      {
        t: 'INTERACTION_FAILURE',
        d: { id: interaction.id, nonce: 'n' },
        audience: { kind: 'users', userIds: [user.id] },
      },
    ]);
    expect(() => registry.waiting(interaction.id, interaction.token)).toThrow('Unknown interaction');
  });
});
