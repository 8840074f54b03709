import { VendorError } from '../../../kernel/errors.ts';
import type { Clock, Timer } from '../../../kernel/clock.ts';
import type { Logger } from '../../../kernel/logger.ts';
import { ImageChild } from './image-child.ts';
import type { Message } from './wire.ts';

export interface PoolOptions {
  logger: Logger;
  clock: Clock;
  /** Run by Node; see child/main.ts. */
  script: URL;
  /** An operation whose code is loaded before it is asked for; may be empty. */
  preload: string;
  /** How many work at the same time. */
  children: number;
  /** How many more wait, started, to take over after one was killed. */
  spares: number;
  /** How many requests wait at most. */
  maxWaiting: number;
  /** All end when nothing was asked for so long. */
  idleMs: number;
  /** A process ends after so many answers, or with so much memory: what leaks never adds up. */
  maxAnswers: number;
  maxResidentBytes: number;
}

export interface PoolRequest {
  message: Message;
  timeoutMs: number;
  maxReplyBytes: number;
  /** Rejects with `media/busy` when too many wait; otherwise waits with them. */
  mayBeRefused: boolean;
  signal: AbortSignal;
}

interface Job extends PoolRequest {
  result: PromiseWithResolvers<Message>;
  onAbort: () => void;
}

/** Every answer ends with the memory that the process takes. */
interface ReplyHead {
  residentBytes?: number;
}

/** Processes for images, started at the first request. One that is killed costs the request that it worked on. */
export class ChildPool {
  private readonly options: PoolOptions;
  private readonly children = new Set<ImageChild>();
  private readonly free: ImageChild[] = [];
  private readonly waiting: Job[] = [];
  private working = 0;
  private idle: Timer | undefined;
  private isClosed = false;

  constructor(options: PoolOptions) {
    this.options = options;
  }

  /** Process ids, for measuring. */
  get pids(): number[] {
    return [...this.children].flatMap(({ pid }) => pid ?? []);
  }

  /** Rejects with the signal's reason, `media/busy`, or an Error when the process was killed or ended. */
  async run(request: PoolRequest): Promise<Message> {
    request.signal.throwIfAborted();
    if (this.isClosed) throw new Error('Image processing has ended');
    if (request.mayBeRefused && this.waiting.length >= this.options.maxWaiting) {
      throw new VendorError('media/busy', 'Too many images wait to be processed', { retryable: true });
    }
    const job: Job = { ...request, result: Promise.withResolvers<Message>(), onAbort: () => this.forget(job) };
    request.signal.addEventListener('abort', job.onAbort, { once: true });
    this.waiting.push(job);
    this.serve();
    return job.result.promise;
  }

  /** Ends all processes; what runs or waits rejects. */
  close(): void {
    this.isClosed = true;
    this.idle?.cancel();
    const reason = new Error('Image processing has ended');
    for (const job of this.waiting.splice(0)) this.reject(job, reason);
    this.endAll(reason);
  }

  private forget(job: Job): void {
    const index = this.waiting.indexOf(job);
    if (index < 0) return;
    this.waiting.splice(index, 1);
    this.reject(job, job.signal.reason as Error);
  }

  private reject(job: Job, reason: Error): void {
    job.signal.removeEventListener('abort', job.onAbort);
    job.result.reject(reason);
  }

  private serve(): void {
    if (this.isClosed) return;
    this.idle?.cancel();
    this.idle = undefined;
    this.fill();
    while (this.working < this.options.children) {
      const job = this.waiting.shift();
      if (!job) break;
      const child = this.free.shift() ?? this.start();
      void this.work(job, child);
    }
    if (this.working === 0) this.idle = this.options.clock.after(this.options.idleMs, () => this.endIdle());
  }

  private async work(job: Job, child: ImageChild): Promise<void> {
    const { message, maxReplyBytes, timeoutMs, signal } = job;
    this.working += 1;
    const timer = this.options.clock.after(timeoutMs, () => child.kill(new Error(`no end after ${timeoutMs} ms`)));
    const stop = () => child.kill(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    try {
      const reply = await child.ask(message, maxReplyBytes);
      job.result.resolve(reply);
      this.release(child, reply.head as ReplyHead);
    } catch (error) {
      if (!signal.aborted) this.options.logger.warn({ error, pid: child.pid }, 'An image process was lost');
      job.result.reject(error);
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', stop);
      signal.removeEventListener('abort', job.onAbort);
      this.working -= 1;
      this.serve();
    }
  }

  private release(child: ImageChild, { residentBytes = 0 }: ReplyHead): void {
    const { maxAnswers, maxResidentBytes } = this.options;
    if (child.answers >= maxAnswers || residentBytes > maxResidentBytes) child.kill(new Error('recycled'));
    else if (!child.hasEnded) this.free.unshift(child);
  }

  /** Starts what is missing, so that the next request finds a process that is ready. */
  private fill(): void {
    const { children, spares } = this.options;
    const ready = this.free.filter(({ hasEnded }) => !hasEnded);
    this.free.splice(0, this.free.length, ...ready);
    const alive = [...this.children].filter(({ hasEnded }) => !hasEnded).length;
    for (let count = alive; count < children + spares; count++) this.free.push(this.start());
  }

  private start(): ImageChild {
    const child = new ImageChild(this.options.script, this.options.preload, (ended) => {
      this.children.delete(ended);
      const index = this.free.indexOf(ended);
      if (index >= 0) this.free.splice(index, 1);
    });
    this.children.add(child);
    return child;
  }

  private endIdle(): void {
    if (this.working === 0) this.endAll(new Error('nothing to do'));
  }

  private endAll(reason: Error): void {
    this.free.splice(0);
    for (const child of this.children) child.kill(reason);
  }
}
