import { UserError } from '../../../kernel/errors.ts';
import { defineCommand } from '../../../sdk/index.ts';
import type { Call, Command, SuggestCall } from '../../../sdk/index.ts';
import { allowedModels, modelForMode } from '../models.ts';
import { suggestOwnStyles } from '../gallery/commands.ts';
import { longestPrompt, readPrompt } from '../intake/prompt.ts';
import { plainSize } from '../intake/shape.ts';
import type { ImageContext } from '../settings.ts';
import { submitImages } from '../submit.ts';
import { messageOf, tellBegun } from '../view/receipt.ts';

const mostSuggested = 25;
const mostImages = 10;
/** Where a model takes any size. */
const usualSizes = ['1024x1024', '1536x1024', '1024x1536', '1344x768', '768x1344', '768x768', '512x512'];

/** Draws images of a prompt. The result is a message of the channel, or, where it is private, one to the caller. */
export function imagineCommand(context: ImageContext): Command {
  return defineCommand({
    name: 'imagine',
    aliases: ['draw'],
    options: {
      prompt: { type: 'string', required: true, maxLength: longestPrompt, takesRest: true },
      model: { type: 'string', maxLength: 200, suggest: (call) => Promise.resolve(suggestModels(context, call)) },
      size: { type: 'string', maxLength: 20, suggest: (call) => Promise.resolve(suggestSizes(context, call)) },
      style: { type: 'string', maxLength: 40, suggest: (call) => suggestStyles(context, call) },
      count: { type: 'integer', min: 1, max: mostImages },
      seed: { type: 'integer', min: 0, max: 4_294_967_294 },
      negative: { type: 'string', maxLength: longestPrompt },
      private: { type: 'boolean' },
      spoiler: { type: 'boolean' },
    },
    access: 'everyone',
    ephemeral: true,
    run: async (call) => {
      const { options, caller, guildId, channelId, calledId } = call;
      const settings = await context.settings.at({ guildId, channelId, userId: caller.userId });
      const model = modelForMode(context, settings, 'generate', options.model);
      const written = readPrompt(options.prompt);
      if (written.prompt === '') throw new UserError('needs-words', 'no words', { prefix: '/imagine' });
      const { size, style, count, seed, negative } = options;
      const submitted = await submitImages(context, {
        ...{ cameAs: calledId, caller, place: { guildId, channelId }, model },
        messageId: messageOf(call),
        request: {
          ...{ mode: 'generate', caption: settings.caption, seconds: settings.seconds },
          ...written,
          ...(size !== undefined && { size: plainSize(size) }),
          ...(style !== undefined && { style }),
          ...(count !== undefined && { count }),
          ...(seed !== undefined && { seed }),
          ...(negative !== undefined && { negativePrompt: negative }),
          private: options.private ?? false,
          spoiler: settings.spoiler === 'always' || (options.spoiler ?? written.spoiler ?? false),
        },
      });
      await tellBegun(context, call, submitted);
    },
  });
}

/** Models that the caller may use here. */
export function suggestModels(
  context: Pick<ImageContext, 'access' | 'models' | 'settings'>,
  call: SuggestCall,
  mode: Parameters<typeof allowedModels>[2] = 'generate',
) {
  const { caller, guildId, channelId } = call;
  const ids = allowedModels(context, { caller, place: { guildId, channelId } }, mode).map(({ id }) => id);
  return matching(
    ids.filter((id) => id.length <= 100),
    call.text,
  );
}

function suggestSizes(context: Pick<ImageContext, 'access' | 'models' | 'settings'>, call: SuggestCall) {
  const sizes = allowedModels(context, { caller: call.caller, place: placeOf(call) }).flatMap(
    ({ draws }) => draws?.sizes ?? usualSizes,
  );
  return matching([...new Set(sizes)], call.text);
}

/** One's own first: they win over a model's of the same name. */
async function suggestStyles(context: ImageContext, call: SuggestCall) {
  const own = await suggestOwnStyles(context, call);
  const styles = allowedModels(context, { caller: call.caller, place: placeOf(call) }).flatMap(
    ({ draws }) => draws?.styles ?? [],
  );
  const names = own.map(({ value }) => value);
  return matching([...new Set([...names, ...styles])], call.text);
}

const placeOf = ({ guildId, channelId }: Call) => ({ guildId, channelId });

function matching(values: readonly string[], typed: string): { name: string; value: string }[] {
  const wanted = typed.toLowerCase();
  const fitting = values.filter((value) => value.toLowerCase().includes(wanted));
  return fitting.slice(0, mostSuggested).map((value) => ({ name: value, value }));
}
