import type { ChatEvent } from '../../../sdk/index.ts';

/** What a model says aloud, whole, without its thoughts, and which model it is, once it has begun. */
export async function collectText(
  events: AsyncIterable<ChatEvent>,
): Promise<{ text: string; modelId: string | undefined }> {
  let text = '';
  let modelId: string | undefined;
  for await (const event of events) {
    if (event.type === 'start') modelId = event.modelId;
    else if (event.type === 'reset') text = '';
    else if (event.type === 'text') text += event.text;
  }
  return { text, modelId };
}
