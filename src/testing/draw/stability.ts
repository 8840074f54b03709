import type { FakeDrawWire, Reply } from './server.ts';
import type { DrawWorld } from './server.ts';

/** v2beta of Stability AI: images at once, and one upscaler whose results are fetched later. */
export const fakeStability: FakeDrawWire = {
  handle: (request, world) => {
    const { method, path, headers } = request;
    if (path === '/v1/user/account') return { json: { id: 'user' } };
    const [, id] = /^\/v2beta\/results\/(.+)$/.exec(path) ?? [];
    if (id !== undefined) {
      return world.look(id).isDone ? image(world) : { status: 202, json: { id, status: 'in-progress' } };
    }
    if (method !== 'POST' || !path.startsWith('/v2beta/stable-image/')) return undefined;
    if (!String(headers['content-type']).startsWith('multipart/form-data')) return problem(415, 'invalid_content_type');
    if (world.ending === 'refused') return problem(403, 'content_moderation');
    return path.endsWith('/creative') ? { json: { id: world.begin(request).id } } : image(world);
  },
};

const problem = (status: number, name: string): Reply => ({
  status,
  json: { id: 'x', name, errors: ['Your request was flagged by our content moderation system.'] },
});

function image(world: DrawWorld): Reply {
  if (world.ending === 'no-image') return { json: {} };
  const reason = world.ending === 'blurred' ? 'CONTENT_FILTERED' : 'SUCCESS';
  return { bytes: world.picture(), type: 'image/png', headers: { 'finish-reason': reason, seed: '42' } };
}
