import { Worker } from 'node:worker_threads';

interface WorkerThreadOptions {
  /** The file that runs on the thread: it calls `serve`. */
  file: URL;
  /** Shown by debuggers and in errors. */
  name: string;
  /** The thread is restarted when a request gets no answer for this long. */
  timeoutMs: number;
  /** The intended heap limit. Node ends the thread at it, or the process when the heap grows too fast. */
  heapMb: number;
  /** The environment of the thread; nothing by default. */
  env?: Readonly<Record<string, string>>;
}

export interface ThreadRequest<Request> {
  id: number;
  request: Request;
}

export type ThreadAnswer<Answer> = { id: number; answer: Answer } | { id: number; problem: string };

interface Pending<Answer> {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/**
 * A thread that answers one request after the other. Starts with the first request, restarts after a failure, and never
 * keeps the process alive while idle.
 */
export class WorkerThread<Request, Answer> {
  private readonly options: WorkerThreadOptions;
  private worker: Worker | undefined;
  private readonly pending = new Map<number, Pending<Answer>>();
  private timer: NodeJS.Timeout | undefined;
  private lastId = 0;
  private closed = false;

  constructor(options: WorkerThreadOptions) {
    this.options = options;
  }

  /**
   * Rejects with an Error when the request is faulty, the thread died or timed out on this or an earlier request, or it
   * was closed.
   */
  ask(request: Request): Promise<Answer> {
    if (this.closed) return Promise.reject(new Error(`The ${this.options.name} thread is closed`));
    const worker = (this.worker ??= this.start());
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      worker.postMessage({ id, request } satisfies ThreadRequest<Request>);
      if (this.pending.size === 1) this.watch(worker);
    });
  }

  /** Ends the thread; open requests are rejected. */
  async close(): Promise<void> {
    this.closed = true;
    const { worker } = this;
    if (!worker) return;
    this.end(worker, new Error(`The ${this.options.name} thread is closed`));
    await worker.terminate();
  }

  private start(): Worker {
    const { file, name, heapMb, env = {} } = this.options;
    const worker = new Worker(file, { name, env: { ...env }, resourceLimits: { maxOldGenerationSizeMb: heapMb } });
    worker.on('message', (answer: ThreadAnswer<Answer>) => this.settle(worker, answer));
    worker.on('error', (error) => this.end(worker, error));
    worker.on('exit', (code) => this.end(worker, new Error(`The ${name} thread ended with code ${code}`)));
    return worker;
  }

  private settle(worker: Worker, answer: ThreadAnswer<Answer>): void {
    if (this.worker !== worker) return;
    const asked = this.pending.get(answer.id);
    this.pending.delete(answer.id);
    if ('answer' in answer) asked?.resolve(answer.answer);
    else asked?.reject(new Error(answer.problem));
    this.watch(worker);
  }

  /** Restarts the timeout for the next answer, if one is due. */
  private watch(worker: Worker): void {
    clearTimeout(this.timer);
    if (this.pending.size === 0) {
      worker.unref();
      return;
    }
    worker.ref();
    const { name, timeoutMs } = this.options;
    this.timer = setTimeout(() => this.end(worker, new Error(`The ${name} thread does not answer`)), timeoutMs);
  }

  private end(worker: Worker, error: unknown): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    clearTimeout(this.timer);
    const reason =
      error instanceof Error ? error : new Error(`The ${this.options.name} thread failed`, { cause: error });
    for (const { reject } of this.pending.values()) reject(reason);
    this.pending.clear();
    void worker.terminate();
  }
}
