import type { FakeDrawWire } from './server.ts';

/** A service as a Midjourney API may be: imagine, ask for the task, cancel it. */
export const fakeSubmitted: FakeDrawWire = {
  handle: (request, world) => {
    const { method, path } = request;
    if (method === 'POST' && path === '/imagine')
      return { status: 202, json: { task: { id: world.begin(request).id } } };
    const [, id] = /^\/tasks\/(.+)$/.exec(path) ?? [];
    if (id === undefined) return undefined;
    if (method === 'DELETE') return { json: { status: 'cancelled' } };
    if (!world.look(id).isDone) return { json: { status: 'running', progress: 50 } };
    if (world.ending === 'refused') return { json: { status: 'banned', message: 'Banned words' } };
    if (world.ending === 'no-image') return { json: { status: 'finished', result: {} } };
    return { json: { status: 'finished', result: { urls: [{ url: world.address(1) }] } } };
  },
};
