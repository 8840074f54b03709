import type { Admitted, JobRun } from '../../../sdk/index.ts';
import type { ImageRequest } from '../request.ts';
import type { ImageContext } from '../settings.ts';
import type { RequestRow } from '../store.ts';

/** One run of the job that draws: everything that is known before a model is asked. */
export interface DrawTask {
  readonly context: ImageContext;
  readonly run: JobRun;
  readonly row: RequestRow;
  readonly request: ImageRequest;
  /** What it was admitted with. */
  readonly admitted: Promise<Admitted>;
  /** The message that shows it so far; `put` keeps it. */
  shown: { channelId: string; messageId: string } | undefined;
}
