import { UserError, VendorError } from '../../../kernel/errors.ts';
import type { Ability, AbilityModel, AbilityRequest, AbilityResults } from '../../../sdk/index.ts';
import type { ImagePlace } from '../models.ts';
import type { ImageSettings, Needs } from '../settings.ts';
import { quoted } from '../view/caption.ts';

type Category = AbilityResults['moderate']['verdicts'][number]['categories'][number];
type Moderating = Needs<'discord' | 'generate' | 'logger' | 'models' | 'texts'>;

/** What is refused wherever a model names it, also where the model alone would let it pass. */
const never: Category = 'sexual-minors';

interface Asked {
  place: ImagePlace;
  settings: ImageSettings;
  userId: string;
  request: { prompt: string; find?: string | undefined };
  /** Whether moderators may read the prompt. */
  isLogged: boolean;
  /** The request on whose terms it runs; the bot's owner pays. */
  pays: Pick<AbilityRequest<Extract<Ability, 'moderate'>>, 'request' | 'attempt'>;
  signal: AbortSignal;
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
  const categories = await judge(context, asked, { model, texts });
  if (categories.length === 0) return;
  if (categories.includes(never)) await tellModerators(context, asked);
  const t = context.texts.in(undefined);
  const names = categories.map((category) => t(`moderation.categories.${category}`)).join(', ');
  throw new UserError('moderation.flagged', `flagged: ${categories.join(', ')}`, { categories: names });
}

function moderatorOf(
  { models }: Pick<Moderating, 'models'>,
  { moderation }: Pick<ImageSettings, 'moderation'>,
): AbilityModel | undefined {
  if (moderation === 'off') return undefined;
  const model = models.abilities.defaultOf('moderate');
  return model?.demo && moderation === 'provider' ? undefined : model;
}

/** What the prompt is flagged for; empty where it is not. */
async function judge(
  { generate, logger }: Moderating,
  { settings, pays, signal }: Asked,
  { model, texts }: { model: AbilityModel; texts: readonly string[] },
): Promise<Category[]> {
  const found = new Set<Category>();
  try {
    const call = {
      ...{ request: `moderation/${pays.request}`, follows: pays.request, step: 'moderate', attempt: pays.attempt },
      ...{ account: 'instance' as const, model, texts, signal },
    };
    await generate.moderate(call, ({ verdicts }) => {
      for (const { flagged, categories } of verdicts) {
        const named = flagged && categories.length === 0 ? (['other'] as const) : categories;
        for (const category of named) if (flagged || category === never) found.add(category);
      }
      return Promise.resolve(true);
    });
  } catch (error) {
    const isTheirs = error instanceof VendorError && error.code.startsWith('model/');
    if (signal.aborted || !(isTheirs || error instanceof UserError)) throw error;
    logger.warn({ error, model: model.id }, 'A prompt could not be moderated.');
    if (settings.moderationDown === 'refuse') throw new UserError('moderation.down', 'the moderation is away');
  }
  return [...found];
}

/** Never rejects: the prompt is refused no matter who hears of it. */
async function tellModerators({ discord, logger, texts }: Moderating, asked: Asked): Promise<void> {
  const { place, settings, userId, request, isLogged, pays } = asked;
  if (place.guildId === null || settings.logChannel === '') return;
  const t = texts.in(undefined);
  const prompt = isLogged ? quoted(request.prompt) : '';
  const content = `${t('moderation.logged', { user: userId, channel: place.channelId })}${isLogged ? `\n||${prompt}||` : ''}`;
  try {
    await discord.actions.send(
      settings.logChannel,
      { content },
      { key: `images/flagged/${pays.request}`, urgency: 'reply' },
    );
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    logger.warn({ error, logChannel: settings.logChannel }, 'A refused prompt could not be told to the log channel.');
  }
}
