import { Worker } from 'node:worker_threads';
import type { Scene } from './scene.ts';

export interface DrawingRequest {
  id: number;
  scene: Scene;
}

export type DrawingAnswer = { id: number; png: Uint8Array } | { id: number; problem: string };

interface Pending {
  resolve(png: Uint8Array): void;
  reject(error: Error): void;
}

/** The first picture takes a quarter of a second, others some 20 ms; what takes this long will not end. */
const TIMEOUT_MS = 20_000;
const HEAP_MB = 128;

/**
 * Draws on a thread of its own, because loading the library, reading fonts and drawing take longer than the event loop
 * may wait. The thread starts with the first picture, starts again after a failure, and never keeps the process alive
 * when nothing is being drawn. It stays, for most of its 60 MB are the library's and would not come back.
 */
export class DrawingThread {
  private worker: Worker | undefined;
  private readonly pending = new Map<number, Pending>();
  private timer: NodeJS.Timeout | undefined;
  private lastId = 0;

  /** Resolves with a PNG; rejects when the thread fails or takes longer than 20 s to answer anything. */
  draw(scene: Scene): Promise<Uint8Array> {
    const worker = (this.worker ??= this.start());
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      worker.postMessage({ id, scene } satisfies DrawingRequest);
      if (this.pending.size === 1) this.watch(worker);
    });
  }

  private start(): Worker {
    const worker = new Worker(new URL('./drawing-worker.ts', import.meta.url), {
      name: 'drawing',
      // The fonts of the machine would make pictures differ from one to the next, and take 80 ms to list.
      env: { DISABLE_SYSTEM_FONTS_LOAD: '1' },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    worker.on('message', (answer: DrawingAnswer) => this.settle(worker, answer));
    worker.on('error', (error) => this.end(worker, error));
    worker.on('exit', (code) => this.end(worker, new Error(`The drawing thread ended with code ${code}`)));
    return worker;
  }

  private settle(worker: Worker, answer: DrawingAnswer): void {
    if (this.worker !== worker) return;
    const request = this.pending.get(answer.id);
    this.pending.delete(answer.id);
    if ('png' in answer) request?.resolve(answer.png);
    else request?.reject(new Error(`The picture could not be drawn: ${answer.problem}`));
    this.watch(worker);
  }

  /** Starts the clock anew for the next answer, if one is due. */
  private watch(worker: Worker): void {
    clearTimeout(this.timer);
    if (this.pending.size === 0) {
      worker.unref();
      return;
    }
    worker.ref();
    this.timer = setTimeout(() => this.end(worker, new Error('The drawing thread does not answer')), TIMEOUT_MS);
  }

  private end(worker: Worker, error: unknown): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    clearTimeout(this.timer);
    const reason = error instanceof Error ? error : new Error('The drawing thread failed', { cause: error });
    for (const { reject } of this.pending.values()) reject(reason);
    this.pending.clear();
    void worker.terminate();
  }
}
