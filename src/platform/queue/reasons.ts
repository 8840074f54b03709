/** The abort reason when another worker has the job: results of this run are ignored. */
export class LeaseLost extends Error {
  constructor(jobId: string) {
    super(`job ${jobId} belongs to another run now`);
    this.name = 'LeaseLost';
  }
}

/** The abort reason when this process ends: the job is handed back and runs again elsewhere. */
export class ShuttingDown extends Error {
  constructor() {
    super('this process is shutting down');
    this.name = 'ShuttingDown';
  }
}
