import { UserError } from '../../../kernel/errors.ts';
import { defineMessageCommand } from '../../../sdk/index.ts';
import type { MessageCommand, MessageCommandCall } from '../../../sdk/index.ts';
import { editModal } from '../actions/edit.ts';
import { infoOf } from '../actions/info.ts';
import { sourcesOf } from '../intake/claim.ts';
import { modelForMode } from '../models.ts';
import type { ImageSource } from '../request.ts';
import type { ImageContext } from '../settings.ts';
import { submitImages } from '../submit.ts';
import { receiptOf } from '../view/receipt.ts';
import { keepTarget } from '../targets.ts';

const everyones = { access: 'everyone', ephemeral: true } as const;
const upscaleFactor = 2;

/** What the menu of any message with an image offers. */
export const imageMessageCommands = (context: ImageContext): MessageCommand[] => [
  defineMessageCommand({
    ...everyones,
    name: 'edit-image',
    run: async (call) => {
      const source = await firstImage(context, call);
      await call.modal(editModal('edit-target', await keepTarget(context, call, source), call.t));
    },
  }),
  defineMessageCommand({
    ...everyones,
    name: 'upscale-image',
    run: async (call) => {
      const { caller, guildId, channelId, calledId } = call;
      const settings = await context.settings.at({ guildId, channelId, userId: caller.userId });
      const model = modelForMode(context, settings, 'upscale');
      const submitted = await submitImages(context, {
        ...{ cameAs: calledId, caller, place: { guildId, channelId }, messageId: null, model },
        request: {
          ...{ mode: 'upscale', prompt: '', factor: upscaleFactor, seconds: settings.seconds },
          ...{ inputs: [await firstImage(context, call)], spoiler: settings.spoiler === 'always' },
        },
      });
      await call.reply(receiptOf(submitted, call.t));
    },
  }),
  defineMessageCommand({
    ...everyones,
    name: 'image-info',
    run: async (call) => call.reply(await infoOf(context, call, await firstImage(context, call))),
  }),
];

async function firstImage(context: ImageContext, { target }: MessageCommandCall): Promise<ImageSource> {
  const [first] = await sourcesOf(context, target.attachments);
  if (!first) throw new UserError('no-image-there', 'the message has no file');
  return first;
}
