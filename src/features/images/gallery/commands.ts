import { UserError } from '../../../kernel/errors.ts';
import { defineSubcommand, drawModes } from '../../../sdk/index.ts';
import type { CommandCall, CommandWithSubcommands, Subcommand } from '../../../sdk/index.ts';
import type { ImageSource } from '../request.ts';
import type { ImageContext } from '../settings.ts';
import { askBatch } from './batch/batch.ts';
import { download } from './download.ts';
import { galleryPage, suggestGalleryModels } from './gallery.ts';
import { logPage } from './log.ts';
import { sharedList } from './share.ts';
import { keepStyle, longestStyle, ownStyles, removeStyle, styleList } from './styles.ts';
import { treeOfSource } from './tree.ts';
import { keepView } from './views.ts';

type Subcommands = CommandWithSubcommands['subcommands'];
interface Helpers {
  /** The image that a command means. */
  meant(call: Pick<CommandCall<unknown>, 'caller' | 'channelId'>): Promise<ImageSource>;
  suggestModels: NonNullable<ReturnType<typeof modelOption>['suggest']>;
}

const modelOption = (
  suggest: (call: Parameters<typeof suggestGalleryModels>[1]) => Promise<{ name: string; value: string }[]>,
) => ({ type: 'string', maxLength: 200, suggest }) as const;

/** What these answer is for the caller alone, which a message in the channel cannot be. Throws a UserError. */
function checkUnseen({ source }: Pick<CommandCall<unknown>, 'source'>, command: string): void {
  if (source === 'prefix') throw new UserError('slash-only', 'others would see it', { command });
}

/** Subcommands of `/image` about images that are there: the gallery, and what goes with it. */
export const galleryCommands = (context: ImageContext, helpers: Helpers): Subcommands => ({
  gallery: gallery(context),
  tree: defineSubcommand({
    options: {},
    run: async (call) => {
      checkUnseen(call, '/image tree');
      await call.reply(await treeOfSource(context, call, await helpers.meant(call)));
    },
  }),
  shared: defineSubcommand({
    options: {},
    run: async (call) => {
      checkUnseen(call, '/image shared');
      await call.reply(await sharedList(context, call));
    },
  }),
  download: defineSubcommand({
    options: {},
    limit: { name: 'image-download', cooldownMs: 60_000, heavy: true },
    run: async (call) => {
      checkUnseen(call, '/image download');
      await download(context, call, { show: (message) => call.reply(message) });
    },
  }),
  batch: batch(context, helpers),
  style: { subcommands: styleCommands(context) },
  log: log(context),
});

const gallery = (context: ImageContext): Subcommand =>
  defineSubcommand({
    options: {
      user: { type: 'user' },
      mode: { type: 'string', choices: drawModes },
      model: modelOption((call) => suggestGalleryModels(context, call)),
      favourites: { type: 'boolean' },
      search: { type: 'string', maxLength: 100 },
    },
    run: async (call) => {
      checkUnseen(call, '/image gallery');
      const { user, mode, model, favourites = false, search } = call.options;
      const wanted = drawModes.find((one) => one === mode);
      const view = await keepView(context, call, {
        ...{ kind: 'gallery', favourites },
        ...(user !== undefined && { userId: user }),
        ...(wanted && { mode: wanted }),
        ...(model !== undefined && { model }),
        ...(search !== undefined && { search }),
      });
      await call.reply(await galleryPage(context, call, view));
    },
  });

const batch = (context: ImageContext, { suggestModels }: Helpers): Subcommand =>
  defineSubcommand({
    options: {
      file: { type: 'attachment', required: true },
      model: modelOption(suggestModels),
      style: { type: 'string', maxLength: 40, suggest: (call) => suggestOwnStyles(context, call) },
    },
    run: async (call) => call.reply(await askBatch(context, call, call.options)),
  });

const styleCommands = (context: ImageContext): Record<string, Subcommand> => ({
  save: defineSubcommand({
    options: {
      name: { type: 'string', required: true, maxLength: 40 },
      text: { type: 'string', required: true, maxLength: longestStyle },
    },
    run: async (call) => {
      const name = await keepStyle(context, call, call.options);
      await call.reply({ content: call.t('style.saved', { name }) });
    },
  }),
  list: defineSubcommand({ options: {}, run: async (call) => call.reply(await styleList(context, call)) }),
  remove: defineSubcommand({
    options: {
      name: { type: 'string', required: true, maxLength: 40, suggest: (call) => suggestOwnStyles(context, call) },
    },
    run: async (call) => {
      const name = await removeStyle(context, call, call.options.name);
      await call.reply({ content: call.t('style.removed', { name }) });
    },
  }),
});

const log = (context: ImageContext): Subcommand =>
  defineSubcommand({
    access: 'moderator',
    places: ['guild'],
    options: { user: { type: 'user' }, channel: { type: 'channel' } },
    run: async (call) => {
      checkUnseen(call, '/image log');
      const { user, channel } = call.options;
      const view = await keepView(context, call, {
        kind: 'log',
        ...(user !== undefined && { userId: user }),
        ...(channel !== undefined && { channelId: channel }),
      });
      await call.reply(await logPage(context, call, view));
    },
  });

/** The caller's own styles. */
export async function suggestOwnStyles(
  context: ImageContext,
  { caller, text }: Parameters<typeof suggestGalleryModels>[1],
): Promise<{ name: string; value: string }[]> {
  const typed = text.toLowerCase();
  const styles = (await ownStyles(context, caller.userId)).filter(({ name }) => name.includes(typed));
  return styles.map(({ name }) => ({ name, value: name }));
}
