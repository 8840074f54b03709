import type { FakeDrawWire } from './server.ts';

/** `generateContent`, where a refusal is a 200 without an image. */
export const fakeGemini: FakeDrawWire & { finishReason: string | undefined } = {
  /** With which it refuses; undefined blocks the prompt. */
  finishReason: 'IMAGE_SAFETY',
  handle: ({ path }, world) => {
    if (path === '/v1beta/models') return { json: { models: [] } };
    if (!/^\/v1beta\/models\/[^/]+:generateContent$/.test(path)) return undefined;
    if (world.ending === 'refused') {
      const { finishReason } = fakeGemini;
      if (finishReason === undefined) return { json: { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } } };
      return { json: { candidates: [{ finishReason, content: {} }] } };
    }
    const words = { text: 'Here it is.' };
    const picture = { inlineData: { mimeType: 'image/png', data: world.base64() } };
    const parts = world.ending === 'no-image' ? [words] : [words, picture];
    return { json: { candidates: [{ finishReason: 'STOP', content: { role: 'model', parts } }] } };
  },
};
