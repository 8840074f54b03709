import { UserError } from '../../../kernel/errors.ts';
import { kindOf } from '../../../kernel/file-kind.ts';
import type { ComponentCall, OutgoingMessage, Translate } from '../../../sdk/index.ts';
import { isHidden } from '../guard/spoiler.ts';
import type { ImageContext } from '../settings.ts';
import { resultsOf } from '../store.ts';
import { loadSource } from '../work/sources.ts';
import { modelsFor } from '../models.ts';
import { button, imageRow, rows } from '../view/buttons.ts';
import { altText } from '../view/caption.ts';
import { canShare } from '../gallery/share.ts';
import { mayControl, reached } from './reach.ts';
import type { Reached } from './reach.ts';

/** What can be done with an image beside what its own row offers: for the presser alone, and only what they may do. */
export async function showMore(context: ImageContext, call: ComponentCall): Promise<void> {
  const of = await reached(context, call);
  const number = await numberOf(context, of);
  const content = number === undefined ? call.t('more') : call.t('more-of', { number });
  await call.reply({ content, components: moreRows(context, call, { ...of, number }) });
}

/** Which one it is of its message; undefined where it is the only one. */
async function numberOf({ db }: Pick<ImageContext, 'db'>, { row, result }: Reached): Promise<number | undefined> {
  const all = await resultsOf(db, row.id);
  return all.length > 1 ? all.findIndex(({ id }) => id === result.id) + 1 : undefined;
}

/** What is alike stands in a row of its own. */
function moreRows(
  context: ImageContext,
  call: ComponentCall,
  { result, row, number }: Reached & { number: number | undefined },
) {
  const { t } = call;
  const offer = (action: string, emoji: string) => button(action, result.id, t, { emoji });
  const isOwn = row.author_id === call.caller.userId;
  const outpaints = modelsFor(context, 'outpaint').length > 0;
  const pans = [offer('pan-left', '⬅️'), offer('pan-up', '⬆️'), offer('pan-down', '⬇️'), offer('pan-right', '➡️')];
  const zooms = [offer('zoom-out', '🔭'), offer('zoom-out-more', '🔭')];
  const others = [
    ...(isOwn && result.file_id !== null ? [offer('favourite', '⭐')] : []),
    // Only the bot's owner can do something about a missing address: pressing it says what.
    ...(isOwn && result.file_id !== null && (canShare(context) || call.caller.instanceAdministrator)
      ? [offer('share', '🔗')]
      : []),
    offer('info', 'ℹ️'),
    offer('tree', '🌳'),
    ...(mayControl(row, call) ? deleteButtons(result.id, number, t) : []),
  ];
  return [...(outpaints ? [pans, zooms] : []), others].flatMap(rows);
}

function deleteButtons(id: string, number: number | undefined, t: Translate) {
  const look = { emoji: '🗑️', isDanger: true };
  const one = button('delete', id, t, look);
  if (number === undefined) return [one];
  return [{ ...one, label: t('buttons.delete-one', { number }) }, button('delete-all', id, t, look)];
}

/** One image of several, with everything that can be done with it, for the presser alone. */
export async function pick(context: ImageContext, call: ComponentCall): Promise<void> {
  const [id = ''] = call.values;
  const of = await reached(context, { ...call, id });
  await call.reply(await picked(context, call.t, of));
}

async function picked(context: ImageContext, t: Translate, of: Reached): Promise<OutgoingMessage> {
  const { result, request } = of;
  const number = await numberOf(context, of);
  const content = number === undefined ? t('pick.picked') : t('pick.picked-of', { number });
  try {
    const bytes = await loadSource(context, { kind: 'result', id: result.id }, AbortSignal.timeout(10_000));
    // One that was not kept may be of another kind where Discord shows it.
    const kind = kindOf(bytes);
    const contentType = kind.kind === 'picture' ? kind.mediaType : result.content_type;
    const name = `image.${contentType.slice('image/'.length)}`;
    const isSpoiler = isHidden(request, result);
    const file = { name, contentType, data: bytes, ...altText(request), ...(isSpoiler && { spoiler: true }) };
    return { content, files: [file], components: imageRow(result.id, t) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { content, components: imageRow(result.id, t) };
  }
}
