import type { z } from 'zod';
import type { JsonObject } from '../kernel/json.ts';
import { VendorError } from '../kernel/errors.ts';
import type { JobHandler, JobRun } from '../platform/queue/index.ts';

interface JobDefinition<Schema extends z.ZodType<JsonObject>> {
  /** What a job carries: ids, never message text. Accepts what earlier versions wrote, or refuses it. */
  payload: Schema;
  run(payload: z.output<Schema>, run: JobRun): Promise<void>;
  /** See `JobHandler`. */
  afterLoss?(payload: z.output<Schema>, run: JobRun): Promise<void>;
}

/** Declares a job whose payload is checked before it runs. A payload that the schema refuses ends the job for good. */
export function defineJob<Schema extends z.ZodType<JsonObject>>(definition: JobDefinition<Schema>): JobHandler {
  const { payload, run, afterLoss } = definition;
  const read = (jobRun: JobRun): z.output<Schema> => {
    const parsed = payload.safeParse(jobRun.job.payload);
    if (parsed.success) return parsed.data;
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    throw new VendorError('queue/unreadable-payload', `The job "${jobRun.job.kind}" cannot be read: ${faults}`, {
      retryable: false,
    });
  };
  return {
    run: async (jobRun) => run(read(jobRun), jobRun),
    ...(afterLoss && { afterLoss: async (jobRun: JobRun) => afterLoss(read(jobRun), jobRun) }),
  };
}
