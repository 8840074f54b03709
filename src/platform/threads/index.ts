/** Work that would hold up the event loop, on a thread of its own. */
export { serve } from './serve.ts';
export { WorkerThread } from './worker-thread.ts';
