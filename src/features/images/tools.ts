import { z } from 'zod';
import { UserError } from '../../kernel/errors.ts';
import { defineTool } from '../../sdk/index.ts';
import type { AnswerFile, DrawInput, DrawMode, Tool, ToolResult, ToolRun } from '../../sdk/index.ts';
import { checkAge } from './guard/age.ts';
import { checkPrompt, moderatePrompt, namesOf } from './guard/moderation.ts';
import { judgeResults } from './guard/results.ts';
import type { JudgedDrawing } from './guard/results.ts';
import { isOfSpoiler, isSpoiler, rolesFor } from './guard/spoiler.ts';
import { sourceOf } from './intake/claim.ts';
import { modelForMode, modelsFor } from './models.ts';
import type { ImagePlace } from './models.ts';
import type { ImageSource } from './request.ts';
import type { ImageContext } from './settings.ts';
import { quoted } from './view/caption.ts';
import { loadPrepared } from './work/inputs.ts';

const prompt = z.string().min(1).max(4000);
/** What fits an answer, of which a tool gives one image. */
const maxBytes = 8_000_000;

/** How a model draws while it answers. The image is a file of the answer, paid by the member who pays for that. */
export const imageTools = (context: ImageContext): Tool[] => [
  defineTool({
    name: 'draw_image',
    description:
      'Draws one image and attaches it to your answer. Use it when the member asks for a picture. Describe what is to be ' +
      'seen in full, in English.',
    input: z.strictObject({ prompt: prompt.describe('What is to be seen.') }),
    access: 'everyone',
    offered: (place) => canDraw(context, place, 'generate'),
    run: ({ prompt: wanted }, run) => draw(context, run, { mode: 'generate', prompt: wanted, inputs: [], sources: [] }),
  }),
  defineTool({
    name: 'edit_image',
    description:
      'Changes the image that the member attached or replied to, else the one in your answer before this, and attaches the ' +
      'result to your answer. Say in full what is to change, in English.',
    input: z.strictObject({ change: prompt.describe('What is to change.') }),
    access: 'everyone',
    offered: (place) => canDraw(context, place, 'edit'),
    run: async ({ change }, run) => {
      const files = [...run.turn.attachments, ...(await run.repliedFiles()).toReversed()];
      const image = files.find(({ contentType }) => contentType.startsWith('image/'));
      if (!image) throw new UserError('needs-image', 'no image');
      const source = await sourceOf(context, image);
      const bytes = await loadPrepared(context, source, run.signal);
      const inputs = [{ bytes, role: 'image' as const }];
      return draw(context, run, { mode: 'edit', prompt: change, inputs, sources: [source] });
    },
  }),
];

/** A tool that can't be used costs tokens, and misleads. */
const canDraw = (context: ImageContext, place: ImagePlace, mode: DrawMode): boolean =>
  context.settings.peek(place).enabled && modelsFor(context, mode).length > 0;

interface Wanted {
  mode: 'generate' | 'edit';
  prompt: string;
  inputs: readonly DrawInput[];
  /** What the inputs were made of. */
  sources: ImageSource[];
}

async function draw(
  context: ImageContext,
  { turn, signal, pays }: ToolRun,
  { sources, ...wanted }: Wanted,
): Promise<ToolResult> {
  const { guildId, channelId } = turn.place;
  const place = { guildId, channelId };
  const { userId } = turn.asker;
  const settings = await context.settings.at({ ...place, userId });
  if (!settings.enabled) throw new UserError('off', 'images are off here');
  const asked = {
    ...{ place, settings, userId, pays, signal, isLogged: settings.promptLog },
    request: { ...wanted, private: false },
  };
  await checkPrompt(context, asked, `${pays.request}/${turn.id}`);
  const model = modelForMode(context, settings, wanted.mode);
  await checkAge(context, { place, settings, modelId: model.id, request: { inputs: sources, private: false } });
  await moderatePrompt(context, asked);
  const roleIds = await rolesFor(context, settings, { guildId, userId });
  const isHidden =
    (await isOfSpoiler(context, sources)) || (await isSpoiler(context, settings, { place, caller: { roleIds } }));
  let drawn: ToolResult | undefined;
  const request = { ...wanted, ...pays, model, signal, timeoutMs: settings.seconds * 1000 };
  await context.generate.draw(request, async ({ images: [first] }) => {
    if (!first) return false;
    const judged = await judgeResults(context, asked, [first]);
    drawn = await resultOf(context, { judged, isHidden, signal, prompt: wanted.prompt, modelId: model.id });
    return true;
  });
  if (!drawn) throw new UserError('refused.free', 'it was refused', { model: model.id });
  return drawn;
}

interface Made {
  judged: JudgedDrawing;
  /** Whatever it shows. */
  isHidden: boolean;
  prompt: string;
  modelId: string;
  signal: AbortSignal;
}

/** The file, or why there is none though it is charged. */
async function resultOf(
  context: ImageContext,
  { judged: { shown, withheld }, isHidden, signal, prompt: words, modelId }: Made,
): Promise<ToolResult> {
  const t = context.texts.in(undefined);
  const [image] = shown;
  if (!image) {
    const categories = namesOf(context, withheld.categories);
    return {
      content: `The image was drawn, but nobody is shown it, because of ${categories}.`,
      receipt: t('tools.withheld', { model: modelId, categories }),
    };
  }
  const note = { prompt: words, model: modelId };
  const { bytes } = await context.images.finish(image.drawn.bytes, { maxBytes, note }, signal);
  const hidden = image.hiddenFor.length > 0;
  const file: AnswerFile = {
    ...{ name: 'image', bytes, description: words },
    ...((isHidden || hidden) && { spoiler: true }),
  };
  const receipt = [
    t('tools.receipt', { prompt: quoted(words, 120), model: modelId }),
    ...(hidden ? [t('hidden', { count: 1, categories: namesOf(context, image.hiddenFor) })] : []),
  ].join(' ');
  return { content: 'The image is attached to your answer.', files: [file], receipt };
}
