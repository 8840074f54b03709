import { parentPort } from 'node:worker_threads';
import { errorMessage } from '../../kernel/errors.ts';
import type { ThreadAnswer, ThreadRequest } from './worker-thread.ts';

/**
 * Called by the file of a `WorkerThread`: answers its requests one after the other. An error of `answer` rejects that
 * request.
 */
export function serve<Request, Answer>(answer: (request: Request) => Answer | Promise<Answer>): void {
  const port = parentPort;
  if (!port) throw new Error('This file must run as a worker thread, see WorkerThread');
  const tell = (told: ThreadAnswer<Answer>) => port.postMessage(told);
  let last = Promise.resolve();
  port.on('message', ({ id, request }: ThreadRequest<Request>) => {
    last = last.then(async () => {
      try {
        tell({ id, answer: await answer(request) });
      } catch (error) {
        tell({ id, problem: errorMessage(error) });
      }
    });
  });
}
