import type { FakeDrawWire } from './server.ts';

/** `/v1/images/generations` and `/v1/images/edits`. */
export const fakeOpenAi: FakeDrawWire = {
  handle: ({ path, body }, world) => {
    if (!/^\/v1\/images\/(generations|edits)$/.test(path)) return undefined;
    if (world.ending === 'refused') {
      const error = {
        code: 'moderation_blocked',
        message: 'rejected by the safety system',
        type: 'image_generation_user_error',
      };
      return { status: 400, json: { error } };
    }
    const count = world.ending === 'no-image' ? 0 : Number(body['n'] ?? 1);
    if (body['stream'] === true) {
      const partial = { type: 'image_generation.partial_image', b64_json: world.base64() };
      const completed = { type: 'image_generation.completed', b64_json: world.base64() };
      const events = [partial, partial, completed].map((event) => `data: ${JSON.stringify(event)}\n\n`);
      return { bytes: Buffer.from(events.join('')), type: 'text/event-stream' };
    }
    const data = Array.from({ length: count }, () => ({ b64_json: world.base64() }));
    return { json: { data, usage: { input_tokens: 9, output_tokens: 272, total_tokens: 281 } } };
  },
};
