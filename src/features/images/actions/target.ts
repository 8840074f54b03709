import { ComponentType } from 'discord-api-types/v10';
import type { APIModalInteractionResponseCallbackData } from 'discord-api-types/v10';
import { customId } from '../../../sdk/index.ts';
import type { Call, ComponentCall, OutgoingMessage } from '../../../sdk/index.ts';
import { modelForMode } from '../models.ts';
import type { ImageSource } from '../request.ts';
import type { ImageContext } from '../settings.ts';
import { submitImages } from '../submit.ts';
import { findTarget, keepTarget } from '../targets.ts';
import { receiptOf } from '../view/receipt.ts';
import { editModal } from './edit.ts';
import { infoOf } from './info.ts';

/** What the menu of a message does with one of its images; the action of the menu that picks one is `target-<name>`. */
export type TargetAction = 'edit' | 'upscale' | 'info';

export const upscaleFactor = 2;

interface Answers {
  reply(message: OutgoingMessage): Promise<void>;
  modal(modal: APIModalInteractionResponseCallbackData): Promise<void>;
}

export async function actOnTarget(
  context: ImageContext,
  call: Call & Answers,
  action: TargetAction,
  source: ImageSource,
): Promise<void> {
  if (action === 'info') {
    await call.reply(await infoOf(context, call, source));
  } else if (action === 'edit') {
    await call.modal(editModal('edit-target', await keepTarget(context, call, [source]), call.t));
  } else {
    await call.reply(await upscale(context, call, source));
  }
}

async function upscale(context: ImageContext, call: Call, source: ImageSource): Promise<OutgoingMessage> {
  const { caller, guildId, channelId, calledId } = call;
  const settings = await context.settings.at({ guildId, channelId, userId: caller.userId });
  const model = modelForMode(context, settings, 'upscale');
  const submitted = await submitImages(context, {
    ...{ cameAs: calledId, caller, place: { guildId, channelId }, messageId: null, model },
    request: {
      ...{ mode: 'upscale', prompt: '', factor: upscaleFactor, seconds: settings.seconds },
      ...{ inputs: [source], spoiler: settings.spoiler === 'always' },
    },
  });
  return receiptOf(submitted, call.t);
}

/** Asks which of a message's images is meant. */
export async function askTarget(
  context: ImageContext,
  call: Call,
  action: TargetAction,
  sources: readonly ImageSource[],
): Promise<OutgoingMessage> {
  const { t } = call;
  const id = await keepTarget(context, call, sources);
  const options = sources.map((_, index) => ({
    label: t('pick.option', { number: index + 1 }),
    value: String(index),
  }));
  const menu = {
    type: ComponentType.StringSelect as const,
    custom_id: customId('images', `target-${action}`, id),
    placeholder: t('pick.which'),
    options,
  };
  return { content: t('pick.several'), components: [{ type: ComponentType.ActionRow, components: [menu] }] };
}

/** The menu stays, so that a form that was closed can be opened again, and the next image chosen. */
export async function pickTarget(context: ImageContext, call: ComponentCall, action: TargetAction): Promise<void> {
  await actOnTarget(context, call, action, await findTarget(context, call, Number(call.values[0])));
}
