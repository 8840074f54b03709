import { UserError } from '../../../kernel/errors.ts';
import { defineCommand, defineSubcommand } from '../../../sdk/index.ts';
import type {
  Call,
  CommandCall,
  CommandFile,
  DeclaredCommand,
  DrawMode,
  OptionSpecs,
  Subcommand,
} from '../../../sdk/index.ts';
import { askCells } from '../actions/cells.ts';
import type { CellMode } from '../actions/cells.ts';
import { infoOf } from '../actions/info.ts';
import { galleryCommands } from '../gallery/commands.ts';
import { quotaSubcommand } from '../guard/quota-command.ts';
import { sourceOf } from '../intake/claim.ts';
import { longestPrompt, readPrompt } from '../intake/prompt.ts';
import { modelForMode } from '../models.ts';
import { panDirections } from '../request.ts';
import type { ImageSource, NewImageRequest } from '../request.ts';
import type { ImageContext } from '../settings.ts';
import { latestResultOf } from '../store.ts';
import type { Submission } from '../submission.ts';
import { submitImages } from '../submit.ts';
import { messageOf, tellBegun } from '../view/receipt.ts';
import { suggestModels } from './imagine.ts';

type Wanted = Partial<NewImageRequest> & { mode: DrawMode };
type Asking = CommandCall<{
  image?: CommandFile | undefined;
  model?: string | undefined;
  prompt?: string | undefined;
}>;

/** What is done with images that are there. Without one, the caller's latest of the channel is meant. */
export const imageCommand = (context: ImageContext): DeclaredCommand =>
  defineCommand({
    name: 'image',
    access: 'everyone',
    ephemeral: true,
    subcommands: {
      ...{ ...changing(context), ...enlarging(context), info: info(context), quota: quotaSubcommand(context) },
      ...galleryCommands(context, {
        meant: (call) => meant(context, call, undefined),
        suggestModels: (call) => Promise.resolve(suggestModels(context, call)),
      }),
    },
  });

const words = { type: 'string', required: true, maxLength: longestPrompt } as const;
const cells = { type: 'string', maxLength: 20 } as const;
const fewWords = { type: 'string', maxLength: longestPrompt } as const;

/** The image, and the model: what every change takes. */
const common = (context: ImageContext, mode: DrawMode) =>
  ({
    image: { type: 'attachment' },
    model: { type: 'string', maxLength: 200, suggest: (call) => Promise.resolve(suggestModels(context, call, mode)) },
  }) satisfies OptionSpecs;

/** How far a variation is from its image, unless told. */
const varyStrength = 0.55;

const changing = (context: ImageContext): Record<string, Subcommand> => ({
  edit: defineSubcommand({
    options: {
      prompt: words,
      ...common(context, 'edit'),
      second: { type: 'attachment' },
      third: { type: 'attachment' },
    },
    run: async (call) => {
      const files = [call.options.second, call.options.third].filter((file) => file !== undefined);
      const more = await Promise.all(files.map((file) => sourceOf(context, file)));
      return askFor(context, call, { mode: 'edit', inputs: more });
    },
  }),
  variations: defineSubcommand({
    options: {
      strength: { type: 'number', min: 0.05, max: 1 },
      count: { type: 'integer', min: 1, max: 4 },
      prompt: fewWords,
      ...common(context, 'vary'),
    },
    run: (call) => {
      const { strength = varyStrength, count = 1 } = call.options;
      return askFor(context, call, { mode: 'vary', strength, count });
    },
  }),
  replace: defineSubcommand({
    options: { find: { ...words, maxLength: 500 }, prompt: words, ...common(context, 'replace') },
    run: (call) => askFor(context, call, { mode: 'replace', find: call.options.find }),
  }),
  region: defineSubcommand({
    options: { prompt: words, cells, ...common(context, 'inpaint') },
    run: (call) => askForPart(context, call, 'inpaint'),
  }),
  erase: defineSubcommand({
    options: { cells, ...common(context, 'erase') },
    run: (call) => askForPart(context, call, 'erase'),
  }),
  cutout: defineSubcommand({
    options: common(context, 'remove-background'),
    run: (call) => askFor(context, call, { mode: 'remove-background' }),
  }),
});

const enlarging = (context: ImageContext): Record<string, Subcommand> => ({
  outpaint: defineSubcommand({
    options: {
      zoom: { type: 'number', min: 1.1, max: 4 },
      pan: { type: 'string', choices: panDirections },
      prompt: fewWords,
      ...common(context, 'outpaint'),
    },
    run: (call) => {
      const { zoom = 1.5, pan } = call.options;
      const direction = panDirections.find((one) => one === pan);
      return askFor(context, call, { mode: 'outpaint', zoom, ...(direction && { pan: direction }) });
    },
  }),
  upscale: defineSubcommand({
    options: { factor: { type: 'integer', min: 2, max: 4 }, ...common(context, 'upscale') },
    run: (call) => askFor(context, call, { mode: 'upscale', factor: call.options.factor ?? 2 }),
  }),
});

const info = (context: ImageContext): Subcommand =>
  defineSubcommand({
    options: { image: { type: 'attachment' } },
    run: async (call) => call.reply(await infoOf(context, call, await meant(context, call, call.options.image))),
  });

async function askFor(context: ImageContext, call: Asking, wanted: Wanted): Promise<void> {
  const submitted = await submitImages(context, await submissionOf(context, call, wanted));
  await tellBegun(context, call, submitted);
}

/** Without cells, the caller picks them on the image. */
async function askForPart(
  context: ImageContext,
  call: Asking & { options: { cells?: string | undefined } },
  mode: CellMode,
): Promise<void> {
  const { cells: named } = call.options;
  if (named !== undefined) return askFor(context, call, { mode, cells: readCells(named) });
  const submission = await submissionOf(context, call, { mode });
  await call.reply(await askCells(context, call, { ...submission, mode }));
}

async function submissionOf(
  context: ImageContext,
  call: Asking,
  { inputs = [], ...wanted }: Wanted,
): Promise<Submission> {
  const { caller, guildId, channelId, calledId, options } = call;
  const settings = await context.settings.at({ guildId, channelId, userId: caller.userId });
  const model = modelForMode(context, settings, wanted.mode, options.model);
  const first = await meant(context, call, options.image);
  const { spoiler = settings.spoiler === 'always', ...written } = readPrompt(options.prompt ?? '');
  return {
    ...{ cameAs: calledId, caller, place: { guildId, channelId }, model, messageId: messageOf(call) },
    request: { seconds: settings.seconds, spoiler, ...written, ...wanted, inputs: [first, ...inputs] },
  };
}

/** The file that came with the command, or the caller's latest image of the channel. */
async function meant(
  context: ImageContext,
  { caller, channelId }: Pick<Call, 'caller' | 'channelId'>,
  file: CommandFile | undefined,
): Promise<ImageSource> {
  if (file) return sourceOf(context, file);
  const latest = await latestResultOf(context.db, { userId: caller.userId, channelId });
  if (!latest) throw new UserError('needs-image', 'no image');
  return { kind: 'result', id: latest.id };
}

/** `1, 2 5` or `125`. */
function readCells(text: string): number[] {
  const cells = [...new Set([...text.replaceAll(/[\s,;]/g, '')].map(Number))];
  const isFit = cells.length > 0 && cells.every((cell) => cell >= 1 && cell <= 9);
  if (!isFit) throw new UserError('bad-cells', 'no cells', { cells: text.slice(0, 20) });
  return cells;
}
