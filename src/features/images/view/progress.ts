import type { Timer } from '../../../kernel/clock.ts';
import type { DrawnImage } from '../../../sdk/index.ts';
import { noteShown } from '../store.ts';
import type { DrawTask } from '../work/task.ts';
import { cancelRow } from './buttons.ts';
import { askedLine, shortModel } from './caption.ts';
import { put } from './show.ts';

/** Quicker images are shown without a message before them … */
const quickMs = 2500;
/** … and sooner where no message was marked, so that a press is not repeated. */
const quickPressMs = 1000;
/** Discord takes five changes in five seconds; the result needs one of them at once. */
const previewEveryMs = 2000;
const previewBytes = 400_000;

export interface Progress {
  /** How it looks so far. Returns at once. */
  preview(image: DrawnImage): void;
  /** Resolves when nothing of it is under way any more. */
  stop(): Promise<void>;
}

/** Shows, where it takes longer than a moment, that something is drawn, how it looks so far, and a button that cancels it. */
export function openProgress(task: DrawTask): Progress {
  const { context, row, request, run } = task;
  // Its batch shows how far it is.
  if (request.batch !== undefined) return { preview: () => undefined, stop: () => Promise.resolve() };
  const t = context.texts.in(undefined);
  let latest: DrawnImage | undefined;
  let isStopped = false;
  let work: Promise<void> = Promise.resolve();
  let timer: Timer | undefined;
  const text = askedLine(row, request, t) + t('drawing', { model: shortModel(row.model_id) });
  const show = async (): Promise<void> => {
    const image = latest;
    latest = undefined;
    const preview = image && (await small(image));
    if (isStopped) return;
    const files = preview ? [{ name: 'preview.jpg', contentType: preview.contentType, data: preview.bytes }] : [];
    const { channelId, sent } = await put(task, { content: text, files, components: cancelRow(row.id, t) });
    await noteShown(context.db, row.id, { channelId, messageId: sent.id });
  };
  const small = async ({ bytes }: DrawnImage) => {
    try {
      return await context.images.finish(bytes, { maxBytes: previewBytes, purpose: 'preview' }, run.signal);
    } catch {
      return undefined;
    }
  };
  const wait = (delayMs: number): void => {
    timer = context.clock.after(delayMs, () => {
      work = show()
        .catch((error: unknown) => context.logger.debug({ error }, 'The progress of a drawing could not be shown.'))
        .then(() => {
          timer = undefined;
          if (latest && !isStopped) wait(previewEveryMs);
        });
    });
  };
  wait(row.message_id === null ? quickPressMs : quickMs);
  return {
    preview: (image) => {
      latest = image;
      if (!timer && !isStopped) wait(previewEveryMs);
    },
    stop: async () => {
      isStopped = true;
      timer?.cancel();
      await work;
    },
  };
}
