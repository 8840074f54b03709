import { errorMessage } from '../../kernel/errors.ts';
import { WorkerThread } from '../threads/index.ts';
import type { Scene } from './scene.ts';

/**
 * Draws on its own thread, because loading the library, reading fonts and drawing take longer than the event loop may
 * wait. The thread stays alive: most of its 60 MB belong to the library and wouldn't be freed.
 */
export class DrawingThread {
  private readonly thread = new WorkerThread<Scene, Uint8Array>({
    file: new URL('./drawing-worker.ts', import.meta.url),
    name: 'drawing',
    // The first picture takes 0.25 s, others 20 ms; one that takes this long never ends.
    timeoutMs: 20_000,
    heapMb: 128,
    // System fonts would make pictures differ between machines, and take 80 ms to list.
    env: { DISABLE_SYSTEM_FONTS_LOAD: '1' },
  });

  /** Resolves with a PNG; rejects when the thread fails or doesn't answer within 20 s. */
  async draw(scene: Scene): Promise<Uint8Array> {
    try {
      return await this.thread.ask(scene);
    } catch (error) {
      throw new Error(`The picture could not be drawn: ${errorMessage(error)}`, { cause: error });
    }
  }
}
