import type { APIAttachment } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { defineMessageCommand } from '../../../sdk/index.ts';
import type { MessageCommand } from '../../../sdk/index.ts';
import { actOnTarget, askTarget } from '../actions/target.ts';
import type { TargetAction } from '../actions/target.ts';
import { sourcesOf } from '../intake/claim.ts';
import type { ImageContext } from '../settings.ts';

/** What the menu of any message with an image offers. Of several images, the caller picks one. */
export const imageMessageCommands = (context: ImageContext): MessageCommand[] => {
  const command = (name: string, action: TargetAction): MessageCommand =>
    defineMessageCommand({
      ...{ name, access: 'everyone', ephemeral: true },
      run: async (call) => {
        const images = call.target.attachments.filter(isImage);
        // What is no image is refused by what it is.
        const sources = await sourcesOf(context, images.length > 0 ? images : call.target.attachments.slice(0, 1));
        const [first, second] = sources;
        if (!first) throw new UserError('no-image-there', 'the message has no file');
        if (second) await call.reply(await askTarget(context, call, action, sources));
        else await actOnTarget(context, call, action, first);
      },
    });
  return [command('edit-image', 'edit'), command('upscale-image', 'upscale'), command('image-info', 'info')];
};

/** By what Discord takes it for; what it is, its bytes tell later. */
const isImage = ({ content_type: type }: APIAttachment): boolean => type?.startsWith('image/') ?? true;
