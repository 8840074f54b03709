import type { FakeDrawWire } from './server.ts';

/** The queue of fal. */
export const fakeFal: FakeDrawWire = {
  handle: (request, world) => {
    const { method, path } = request;
    const [, id = '', what] = /^\/[^/]+\/[^/]+\/requests\/([^/]+)(?:\/(status|cancel))?$/.exec(path) ?? [];
    if (id === '' && method === 'POST') return { json: { request_id: world.begin(request).id, status: 'IN_QUEUE' } };
    if (what === 'cancel') return { status: 202, json: { status: 'CANCELLATION_REQUESTED' } };
    if (what === 'status') {
      const { isDone, looks } = world.look(id);
      return {
        status: isDone ? 200 : 202,
        json: { status: isDone ? 'COMPLETED' : looks > 1 ? 'IN_PROGRESS' : 'IN_QUEUE' },
      };
    }
    const job = world.jobs.get(id);
    if (!job) return undefined;
    if (world.ending === 'refused') {
      const detail = [{ loc: ['body', 'prompt'], msg: 'flagged', type: 'content_policy_violation' }];
      return { status: 422, json: { detail } };
    }
    const count = world.ending === 'no-image' ? 0 : Number(job.request.body['num_images'] ?? 1);
    const images = Array.from({ length: count }, (_, index) => ({
      url: world.address(index),
      content_type: 'image/png',
    }));
    return { json: { images, seed: 42, has_nsfw_concepts: images.map(() => world.ending === 'blurred') } };
  },
};
