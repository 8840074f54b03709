import { ComponentType } from 'discord-api-types/v10';
import type { APIMessageTopLevelComponent } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { customId } from '../../../sdk/index.ts';
import type { Call, ComponentCall, OutgoingMessage, Translate } from '../../../sdk/index.ts';
import { keepDraft } from '../drafts.ts';
import { imageRequest } from '../request.ts';
import type { ImageContext } from '../settings.ts';
import type { Submission, Submitted } from '../submission.ts';
import { quoteFor, submitImages } from '../submit.ts';
import { readableError } from '../work/inputs.ts';
import { loadSource } from '../work/sources.ts';
import { openDraft } from './confirm.ts';

/** The modes that are about a part of an image, with the action of the menu that names it. */
export const cellActions = { inpaint: 'region-cells', erase: 'erase-cells' } as const;
export type CellMode = keyof typeof cellActions;

const loadMs = 20_000;
const cellCount = 9;

/**
 * Shows the image with a numbered grid, and a menu that picks cells of it. The request is kept until then. Throws a UserError
 * when the model can't do it.
 */
export async function askCells(
  context: ImageContext,
  { t }: Pick<Call, 't'>,
  { mode, ...submission }: Submission & { mode: CellMode },
): Promise<OutgoingMessage> {
  const request = imageRequest.parse(submission.request);
  await quoteFor(context, request, submission.model);
  const [source] = request.inputs;
  if (!source) throw new UserError('needs-image', 'no image');
  const signal = AbortSignal.timeout(loadMs);
  const bytes = await loadSource(context, source, signal);
  try {
    const { bytes: data, contentType } = await context.images.numbered(bytes, signal);
    const id = await keepDraft(context, { ...submission, cameAs: `cells/${submission.cameAs}` });
    const file = { name: 'grid.png', contentType, data, description: t('cells.grid') };
    return { content: t('cells.ask'), files: [file], components: [menuOf(cellActions[mode], id, t)] };
  } catch (error) {
    throw readableError(error, source.kind === 'attachment' ? source.filename : '');
  }
}

function menuOf(action: string, id: string, t: Translate): APIMessageTopLevelComponent {
  const numbers = Array.from({ length: cellCount }, (_, index) => String(index + 1));
  return {
    type: ComponentType.ActionRow,
    components: [
      {
        type: ComponentType.StringSelect,
        custom_id: customId('images', action, id),
        placeholder: t('cells.placeholder'),
        min_values: 1,
        max_values: cellCount,
        options: numbers.map((number) => ({ label: `${number}: ${t(`cells.names.${number}`)}`, value: number })),
      },
    ],
  };
}

/** Asks for what waited, in the cells that were picked. */
export async function submitCells(context: ImageContext, call: ComponentCall): Promise<Submitted> {
  const draft = await openDraft(context, call);
  const { mode, ...request } = draft.request;
  if (!Object.hasOwn(cellActions, mode)) throw new UserError('draft-gone', 'it is about no part');
  const { caller, channelId, guildId } = call;
  return submitImages(context, {
    ...{ cameAs: draft.id, caller, place: { guildId, channelId }, messageId: draft.messageId, model: draft.model },
    request: { ...request, mode, cells: call.values.map(Number) },
  });
}
