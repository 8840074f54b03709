import { UserError } from '../../../kernel/errors.ts';
import type { ComponentCall } from '../../../sdk/index.ts';
import { keptUntilMs } from '../kept-until.ts';
import type { ImageContext } from '../settings.ts';
import { setFavourite } from '../store.ts';
import { reached } from './reach.ts';

/** Makes an image a favourite, which is kept until its asker deletes it; pressed again, no longer. */
export async function setFavouriteBy(context: ImageContext, call: ComponentCall): Promise<void> {
  const { result, row } = await reached(context, call);
  if (row.author_id !== call.caller.userId) throw new UserError('not-yours', 'only its asker');
  if (result.file_id === null) throw new UserError('not-kept-file', 'its file is not kept');
  const isNew = result.favourite_at === null;
  const { clock, settings, files } = context;
  const { keepDays } = settings.instance;
  await context.transaction(async (tx) => {
    await setFavourite(tx, result.id, isNew ? new Date(clock.now()) : null);
    const expiresAtMs = isNew ? null : keptUntilMs(context);
    await files.keepUntil(tx, result.file_id ?? '', expiresAtMs);
  });
  await call.reply({ content: call.t(isNew ? 'favourite.added' : 'favourite.removed', { days: keepDays ?? 0 }) });
}
