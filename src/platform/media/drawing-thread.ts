import { errorMessage } from '../../kernel/errors.ts';
import { WorkerThread } from '../threads/index.ts';
import type { Scene } from './scene.ts';

/**
 * Draws on a thread of its own, because loading the library, reading fonts and drawing take longer than the event loop
 * may wait. The thread stays, for most of its 60 MB are the library's and would not come back.
 */
export class DrawingThread {
  private readonly thread = new WorkerThread<Scene, Uint8Array>({
    file: new URL('./drawing-worker.ts', import.meta.url),
    name: 'drawing',
    // The first picture takes a quarter of a second, others some 20 ms; what takes this long will not end.
    timeoutMs: 20_000,
    heapMb: 128,
    // The fonts of the machine would make pictures differ from one to the next, and take 80 ms to list.
    env: { DISABLE_SYSTEM_FONTS_LOAD: '1' },
  });

  /** Resolves with a PNG; rejects when the thread fails or takes longer than 20 s to answer anything. */
  async draw(scene: Scene): Promise<Uint8Array> {
    try {
      return await this.thread.ask(scene);
    } catch (error) {
      throw new Error(`The picture could not be drawn: ${errorMessage(error)}`, { cause: error });
    }
  }
}
