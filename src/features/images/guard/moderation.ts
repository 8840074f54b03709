import { UserError, VendorError } from '../../../kernel/errors.ts';
import { sexualisesMinors } from '../../../kernel/sexual-minors.ts';
import type { Ability, AbilityModel, AbilityRequest, AbilityResults } from '../../../sdk/index.ts';
import type { ImagePlace } from '../models.ts';
import { checkWords } from '../rules/words.ts';
import type { ImageSettings, Needs } from '../settings.ts';
import { quoted } from '../view/caption.ts';

type Verdict = AbilityResults['moderate']['verdicts'][number];
export type Category = Verdict['categories'][number];
export type Moderating = Needs<'discord' | 'generate' | 'logger' | 'models' | 'texts'>;

/** What is refused wherever a model names it, also where the model alone would let it pass. */
const never: Category = 'sexual-minors';

interface Prompted {
  place: ImagePlace;
  settings: ImageSettings;
  userId: string;
  request: { prompt: string; find?: string | undefined };
  /** Whether moderators may read the prompt. */
  isLogged: boolean;
}

export interface Asked extends Prompted {
  /** The request on whose terms it runs; the bot's owner pays. */
  pays: Pick<AbilityRequest<Extract<Ability, 'moderate'>>, 'request' | 'attempt'>;
  signal: AbortSignal;
}

/**
 * Checks a prompt by its words alone. Throws a UserError `moderation.never` for sexual content with minors, wherever it is
 * asked for, and `blocked-word`. `key` names the request.
 */
export async function checkPrompt(context: Omit<Moderating, 'generate' | 'models'>, asked: Prompted, key: string) {
  const { prompt, find = '' } = asked.request;
  if (sexualisesMinors(`${prompt}\n${find}`)) {
    await tellModerators(context, asked, { what: 'words', key });
    throw new UserError('moderation.never', 'sexual content with minors');
  }
  checkWords(asked.settings.blockedWords, asked.request);
}

/**
 * Asks the model for moderation, where there is one, before a model draws. Throws a UserError `moderation.flagged` with the
 * categories, and `moderation.down` where it cannot be asked and the setting doesn't allow to go on.
 */
export async function moderatePrompt(context: Moderating, asked: Asked): Promise<void> {
  const { settings, request } = asked;
  const model = moderatorOf(context, settings);
  const texts = [request.prompt, request.find ?? ''].filter((text) => text.trim() !== '');
  if (!model || texts.length === 0) return;
  const categories = [...new Set((await judge(context, asked, { model, texts })).flat())];
  if (categories.length === 0) return;
  if (categories.includes(never)) await tellModerators(context, asked, { what: 'logged', key: asked.pays.request });
  const data = { categories: namesOf(context, categories) };
  throw new UserError('moderation.flagged', `flagged: ${categories.join(', ')}`, data);
}

/** As people read them. */
export function namesOf({ texts }: Pick<Moderating, 'texts'>, categories: readonly string[]): string {
  const t = texts.in(undefined);
  return [...new Set(categories)].map((category) => t(`moderation.categories.${category}`)).join(', ');
}

/** The model that judges what is drawn. Undefined where none does: many models for moderation judge texts only. */
export function imageModerator(
  context: Pick<Moderating, 'models'>,
  settings: Pick<ImageSettings, 'moderation'>,
): AbilityModel | undefined {
  const model = moderatorOf(context, settings);
  return model?.judgesImages ? model : undefined;
}

/**
 * What each image is flagged for. Throws a UserError `moderation.result-down` where the model cannot be asked and the setting
 * doesn't allow to go on.
 */
export async function moderateImages(
  context: Moderating,
  asked: Asked,
  { model, images }: { model: AbilityModel; images: readonly Uint8Array[] },
): Promise<Category[][]> {
  const flags = await judge(context, asked, { model, texts: [], images });
  if (flags.flat().includes(never)) {
    await tellModerators(context, asked, { what: 'logged-image', key: `${asked.pays.request}/image` });
  }
  return flags;
}

export const isNeverShown = (flags: readonly Category[]): boolean => flags.includes(never);

function moderatorOf(
  { models }: Pick<Moderating, 'models'>,
  { moderation }: Pick<ImageSettings, 'moderation'>,
): AbilityModel | undefined {
  if (moderation === 'off') return undefined;
  const model = models.abilities.defaultOf('moderate');
  return model?.demo && moderation === 'provider' ? undefined : model;
}

interface Judged {
  model: AbilityModel;
  texts: readonly string[];
  images?: readonly Uint8Array[];
}

/** What each is flagged for; empty where it is not. */
async function judge(
  { generate, logger }: Moderating,
  { settings, pays, signal }: Asked,
  { model, texts, images = [] }: Judged,
): Promise<Category[][]> {
  let found: Category[][] = [];
  const isOfImages = images.length > 0;
  try {
    const call = {
      ...{ request: `moderation/${pays.request}`, follows: pays.request, attempt: pays.attempt },
      ...{ step: isOfImages ? 'moderate-images' : 'moderate', account: 'instance' as const },
      ...{ model, texts, images, signal },
    };
    await generate.moderate(call, ({ verdicts }) => {
      found = verdicts.map(flagsOf);
      return Promise.resolve(true);
    });
  } catch (error) {
    const isTheirs = error instanceof VendorError && error.code.startsWith('model/');
    if (signal.aborted || !(isTheirs || error instanceof UserError)) throw error;
    logger.warn({ error, model: model.id }, 'A prompt or an image could not be moderated.');
    if (settings.moderationDown === 'refuse') {
      throw new UserError(isOfImages ? 'moderation.result-down' : 'moderation.down', 'the moderation is away');
    }
  }
  return found.length > 0 ? found : [...texts, ...images].map(() => []);
}

function flagsOf({ flagged, categories }: Verdict): Category[] {
  const named: readonly Category[] = flagged && categories.length === 0 ? ['other'] : categories;
  return named.filter((category) => flagged || category === never);
}

/** Never rejects: it is refused no matter who hears of it. `what` is a text of the catalogue. */
async function tellModerators(
  { discord, logger, texts }: Pick<Moderating, 'discord' | 'logger' | 'texts'>,
  { place, settings, userId, request, isLogged }: Prompted,
  { what, key }: { what: 'words' | 'logged' | 'logged-image'; key: string },
): Promise<void> {
  if (place.guildId === null || settings.logChannel === '') return;
  const t = texts.in(undefined);
  const prompt = isLogged ? `\n||${quoted(request.prompt)}||` : '';
  const content = `${t(`moderation.${what}`, { user: userId, channel: place.channelId })}${prompt}`;
  try {
    await discord.actions.send(settings.logChannel, { content }, { key: `images/flagged/${key}`, urgency: 'reply' });
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    logger.warn({ error, logChannel: settings.logChannel }, 'A refused prompt could not be told to the log channel.');
  }
}
