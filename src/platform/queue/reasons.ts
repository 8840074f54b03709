/** The reason of a signal when another worker has the job now: whatever this run still does must not count. */
export class LeaseLost extends Error {
  constructor(jobId: string) {
    super(`job ${jobId} belongs to another run now`);
    this.name = 'LeaseLost';
  }
}

/** The reason of a signal when this process ends: the job is handed back and runs again elsewhere. */
export class ShuttingDown extends Error {
  constructor() {
    super('this process is shutting down');
    this.name = 'ShuttingDown';
  }
}
