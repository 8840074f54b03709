import { createHmac } from 'node:crypto';
import type { DrawWorld, FakeDrawRequest, FakeDrawWire, Reply } from './server.ts';

const signingKey = 'secret';
export const otherSigningKey = 'secret of another account';
/** Ids are never used twice. */
let begun = 0;

/** Predictions of Replicate: official models by name, others by version. */
export const fakeReplicate: FakeDrawWire = {
  handle: (request, world) => {
    const { method, path, headers } = request;
    if (path === '/v1/account') return { json: { type: 'user', username: 'fake' } };
    if (path === '/v1/webhooks/default/secret') {
      // Keys of another account sign with another secret.
      const isOther = headers.authorization?.includes('other-account') === true;
      return { json: { key: `whsec_${Buffer.from(isOther ? otherSigningKey : signingKey).toString('base64')}` } };
    }
    if (path === '/v1/files')
      return { status: 201, json: { id: 'file-1', urls: { get: `${world.origin}/v1/files/file-1` } } };
    if (/^\/v1\/models\/[^/]+\/[^/]+$/.test(path)) return { json: { latest_version: { id: 'version-1' } } };
    if (method === 'POST' && /^\/v1\/models\/community\/.+\/predictions$/.test(path)) return undefined;
    if (method === 'POST' && /^\/v1\/(models\/.+\/)?predictions$/.test(path)) {
      return { status: 201, json: prediction(world.begin(request, `prediction-${(begun += 1)}`).id, 'starting') };
    }
    const [, id = '', action] = /^\/v1\/predictions\/([^/]+)(\/cancel)?$/.exec(path) ?? [];
    if (id === '') return undefined;
    return action ? cancel(world, id) : { json: look(world, id, request) };
  },
};

function prediction(id: string, status: string, more: object = {}) {
  return { id, status, model: 'a/b', version: 'hidden', output: null, error: null, logs: '', ...more };
}

function cancel(world: DrawWorld, id: string): Reply {
  const { looks } = world.look(id);
  // One look of its own: what nobody has asked for since it began has not started.
  return { json: prediction(id, looks > 1 ? 'canceled' : 'aborted') };
}

function look(world: DrawWorld, id: string, _request: FakeDrawRequest): object {
  const { isDone, request } = world.look(id);
  if (!isDone) return prediction(id, 'processing');
  const input = request.body['input'] as Record<string, unknown>;
  switch (world.ending) {
    case 'refused':
      return prediction(id, 'failed', {
        error: 'NSFW content detected. Try running it again, or try a different prompt.',
      });
    case 'failed':
      return prediction(id, 'failed', { error: 'CUDA out of memory' });
    case 'no-image':
      return prediction(id, 'succeeded', { data_removed: true });
    default: {
      const output = Array.from({ length: Number(input['num_outputs'] ?? 1) }, (_, index) => world.address(index));
      return prediction(id, 'succeeded', { output: output.length === 1 ? output[0] : output });
    }
  }
}

interface Report {
  headers: Record<string, string>;
  body: string;
}

/** The report on a prediction, signed at that time. */
export function fakeReport(id: string, atMs: number, key = signingKey): Report {
  const timestamp = String(Math.floor(atMs / 1000));
  // With spaces, as only the bytes that were signed have them.
  const body = JSON.stringify(prediction(id, 'succeeded'), null, 1);
  const signature = createHmac('sha256', key).update(`msg-${id}.${timestamp}.${body}`).digest('base64');
  return {
    headers: {
      'content-type': 'application/json',
      'webhook-id': `msg-${id}`,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
    body,
  };
}
