import { UserError } from '../../../kernel/errors.ts';
import type { ComponentCall, OutgoingMessage, Translate } from '../../../sdk/index.ts';
import type { ImageContext } from '../settings.ts';
import { loadSource } from '../work/sources.ts';
import { modelsFor } from '../models.ts';
import { button, imageRow, rows } from '../view/buttons.ts';
import { mayControl, reached } from './reach.ts';
import type { Reached } from './reach.ts';

/** What can be done with an image beside what its own row offers: for the presser alone, and only what they may do. */
export async function showMore(context: ImageContext, call: ComponentCall): Promise<void> {
  const of = await reached(context, call);
  await call.reply({ content: call.t('more'), components: rows(moreButtons(context, call, of)) });
}

function moreButtons(context: ImageContext, call: ComponentCall, { result, row }: Reached) {
  const { t } = call;
  const offer = (action: string, emoji: string) => button(action, result.id, t, { emoji });
  const isOwn = row.author_id === call.caller.userId;
  const outpaints = modelsFor(context, 'outpaint').length > 0;
  return [
    ...(outpaints
      ? [
          offer('zoom-out', '🔭'),
          offer('zoom-out-more', '🔭'),
          offer('pan-left', '⬅️'),
          offer('pan-up', '⬆️'),
          offer('pan-down', '⬇️'),
          offer('pan-right', '➡️'),
        ]
      : []),
    ...(isOwn && result.file_id !== null ? [offer('favourite', '⭐'), offer('share', '🔗')] : []),
    offer('info', 'ℹ️'),
    offer('tree', '🌳'),
    ...(mayControl(row, call) ? [button('delete', result.id, t, { emoji: '🗑️', isDanger: true })] : []),
  ];
}

/** One image of several, with everything that can be done with it, for the presser alone. */
export async function pick(context: ImageContext, call: ComponentCall): Promise<void> {
  const [id = ''] = call.values;
  const of = await reached(context, { ...call, id });
  await call.reply(await picked(context, call.t, of));
}

async function picked(context: ImageContext, t: Translate, { result, request }: Reached): Promise<OutgoingMessage> {
  const content = t('pick.picked', { number: result.position + 1 });
  try {
    const bytes = await loadSource(context, { kind: 'result', id: result.id }, AbortSignal.timeout(10_000));
    const name = `image.${result.content_type.slice('image/'.length)}`;
    const isSpoiler = request.spoiler || result.hidden_for.length > 0;
    const file = { name, contentType: result.content_type, data: bytes, ...(isSpoiler && { spoiler: true }) };
    return { content, files: [file], components: imageRow(result.id, t) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { content, components: imageRow(result.id, t) };
  }
}
