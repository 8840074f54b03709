import { describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../state/model.ts';
import { createApi } from './api.ts';
import { Outbox } from './outbox.ts';
import { ApiError, type RequestOptions } from './rest.ts';

type Answer = { id: string } | ApiError;

/** An outbox whose requests get the given answers in turn. */
function setUp(answers: Answer[]) {
  const bodies: unknown[] = [];
  const changes: OutgoingMessage[] = [];
  const pausesMs: number[] = [];
  const sent: string[] = [];
  let lastNonce = 0;
  let settle: () => void = () => undefined;
  const request = (_method: string, _path: string, options?: RequestOptions): Promise<unknown> => {
    bodies.push(options?.json);
    const answer = answers.shift();
    return answer instanceof ApiError ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const outbox = new Outbox(createApi(request), {
    createNonce: () => String((lastNonce += 1)),
    wait: (delayMs) => {
      pausesMs.push(delayMs);
      return Promise.resolve();
    },
    onChange: (message) => {
      changes.push(message);
      if (message.state === 'failed') settle();
    },
    onSent: (message) => {
      sent.push(message.id);
      settle();
    },
  });
  const settled = (): Promise<void> =>
    new Promise((resolve) => {
      settle = resolve;
    });
  return { outbox, bodies, changes, pausesMs, sent, settled };
}

const draft = { content: 'hi', files: [], replyToId: null, pingReplied: true };

describe('the outbox', () => {
  it('sends once, with a nonce that the server enforces', async () => {
    const { outbox, bodies, sent, settled } = setUp([{ id: 'm1' }]);
    const done = settled();
    outbox.send('c1', draft);
    await done;
    expect(sent).toEqual(['m1']);
    expect(bodies).toEqual([{ content: 'hi', nonce: '1', enforce_nonce: true }]);
  });

  it('waits a rate limit out, saying so', async () => {
    const { outbox, changes, pausesMs, sent, settled } = setUp([
      new ApiError(429, 0, 'Slow down', 2_300),
      { id: 'm1' },
    ]);
    const done = settled();
    outbox.send('c1', draft);
    await done;
    expect(pausesMs).toEqual([2_300]);
    expect(changes.map((change) => [change.state, change.error])).toEqual([
      ['sending', null],
      ['waiting', 'Slow down: it is sent in 3 s.'],
    ]);
    expect(sent).toEqual(['m1']);
  });

  it('keeps what was refused, and tries it again under the same nonce', async () => {
    const { outbox, bodies, changes, sent, settled } = setUp([
      new ApiError(403, 50013, 'You may not', null),
      { id: 'm1' },
    ]);
    const refused = settled();
    outbox.send('c1', draft);
    await refused;
    const failed = changes.at(-1);
    expect(failed).toMatchObject({ state: 'failed', error: 'You may not', content: 'hi' });
    const done = settled();
    if (failed) outbox.retry(failed);
    await done;
    expect(sent).toEqual(['m1']);
    expect(bodies[1]).toEqual(bodies[0]);
  });

  it('says which message is answered, and lists files by number', async () => {
    const { outbox, bodies, settled } = setUp([{ id: 'm1' }]);
    const done = settled();
    outbox.send('c1', { ...draft, files: [new File(['x'], 'a.txt')], replyToId: 'm0' });
    await done;
    expect(bodies[0]).toMatchObject({
      attachments: [{ id: '0', filename: 'a.txt' }],
      message_reference: { message_id: 'm0' },
      allowed_mentions: { replied_user: true },
    });
  });
});
