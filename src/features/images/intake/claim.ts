import { MessageType } from 'discord-api-types/v10';
import type { APIMessage, GatewayMessageCreateDispatchData } from 'discord-api-types/v10';
import { UserError, VendorError } from '../../../kernel/errors.ts';
import { attachedFile, isListed, maySpeak, worksWithoutWords } from '../../../sdk/index.ts';
import type { AttachedFile, DrawMode } from '../../../sdk/index.ts';
import { priceQuestion } from '../drafts.ts';
import { freeQuestion } from '../guard/free-lane.ts';
import { modelOfPrefix } from '../models.ts';
import type { ImageSource, NewImageRequest } from '../request.ts';
import type { ImageContext, ImageSettings, Needs } from '../settings.ts';
import { resultShownBy } from '../store.ts';
import { submitImages } from '../submit.ts';
import { mark } from '../view/marks.ts';
import { matchPrefix } from './prefix.ts';
import type { PrefixMatch } from './prefix.ts';
import { readPrompt } from './prompt.ts';

type Message = GatewayMessageCreateDispatchData;

const editing: readonly DrawMode[] = [
  'edit',
  'outpaint',
  'vary',
  'inpaint',
  'erase',
  'replace',
  'remove-background',
  'upscale',
];

/**
 * Takes a message that begins with a prefix where prefixes draw: what is wanted is stored with its job in one transaction, so
 * that it is drawn whatever happens next. False for other messages, at once: most are.
 */
export function claimPrompt(context: ImageContext, message: Message): boolean | Promise<boolean> {
  if (message.type !== MessageType.Default && message.type !== MessageType.Reply) return false;
  const { prefixes } = context.settings.instance;
  const match = matchPrefix(prefixes, message.content);
  if (!match || !isMeant(match, message)) return false;
  const place = { guildId: message.guild_id ?? null, channelId: message.channel_id };
  const settings = context.settings.peek(place);
  if (!settings.enabled) return false;
  if (message.guild_id === undefined) {
    return settings.directMessages && !isCommand(context, message.content) && take(context, message, match);
  }
  const lists = editing.includes(match.rule.mode)
    ? [...settings.channels, ...settings.editChannels]
    : settings.channels;
  if (lists.length === 0) return false;
  return isListed(context.discord.cache, lists, message.channel_id).then(
    (listed) => listed && take(context, message, match),
  );
}

/** An exclamation alone, or several, is said to people. */
const isMeant = ({ rule, text }: PrefixMatch, { attachments, message_reference: reference }: Message): boolean =>
  /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(text) ||
  (worksWithoutWords(rule) && text === '') ||
  (editing.includes(rule.mode) && (attachments.length > 0 || reference !== undefined));

/** In a direct message, a known command stays one. */
function isCommand({ commands, prefix }: Needs<'commands' | 'prefix'>, content: string): boolean {
  if (!content.startsWith(prefix)) return false;
  const [word = ''] = content.slice(prefix.length).split(/\s/, 1);
  const name = word.toLowerCase();
  return commands().some(({ command }) => command.name.split(' ')[0] === name || command.aliases?.includes(name));
}

async function take(context: ImageContext, message: Message, match: PrefixMatch): Promise<boolean> {
  const place = { guildId: message.guild_id ?? null, channelId: message.channel_id };
  if (message.guild_id !== undefined && !(await maySpeak(context, message.channel_id, { files: true }))) return true;
  try {
    const caller = await context.callerOf(message);
    const { model } = modelOfPrefix(context, match.rule);
    const settings = await context.settings.at({ ...place, userId: caller.userId });
    const request = await requestOf(context, message, match, settings);
    const submission = { cameAs: message.id, caller, place, messageId: message.id, model, request };
    const submitted = await submitImages(context, submission);
    if (submitted.status === 'dear') {
      const question = priceQuestion(submitted, context.texts.in(undefined));
      const key = `images/dear/${message.id}`;
      await context.discord.actions.send(message.channel_id, question, { replyTo: message.id, key });
    } else if (submitted.status === 'free') {
      await offerFree(context, message, submitted);
    } else if (submitted.status === 'begun') {
      mark(context, { guild_id: place.guildId, channel_id: place.channelId, message_id: message.id }, 'waiting');
    }
  } catch (error) {
    const isAway = error instanceof VendorError && error.code === 'postgres/unavailable';
    context.refuse(message, isAway ? context.texts.in(undefined)('away') : context.explain(error));
  }
  return true;
}

/** With a button once a minute for each person and channel, like every refusal; in words alone before that. */
async function offerFree(
  context: ImageContext,
  message: Message,
  offer: Parameters<typeof freeQuestion>[0],
): Promise<void> {
  const { id, channel_id: channelId, author } = message;
  const rate = { key: `user:${author.id}/images/free/${channelId}`, count: 1, periodMs: 60_000, rule: 'offers' };
  const taken = await context.limits.take(context.db, [rate]);
  if (taken.status === 'refused') {
    context.refuse(message, offer.refusal);
    return;
  }
  const question = freeQuestion(offer, context.texts.in(undefined));
  await context.discord.actions.send(channelId, question, { replyTo: id, key: `images/free/${id}` });
}

async function requestOf(
  context: Needs<'db'>,
  message: Message,
  { prefix, rule, text }: PrefixMatch,
  settings: ImageSettings,
): Promise<NewImageRequest> {
  const { mode, size, aspect, zoom, seconds, options, count } = rule;
  const { spoiler = false, ...read } = readPrompt(text);
  const inputs = editing.includes(mode) ? await imagesAbout(context, message) : [];
  if (editing.includes(mode) && inputs.length === 0) throw new UserError('needs-image', 'no image', { prefix });
  if (read.prompt === '' && !worksWithoutWords({ mode })) throw new UserError('needs-words', 'no words', { prefix });
  return {
    ...{ mode, count, seconds, options, prefix, inputs },
    ...(size !== undefined && { size }),
    ...(aspect !== undefined && { aspect }),
    ...read,
    ...(mode === 'outpaint' && { zoom }),
    caption: settings.caption && mode === 'generate',
    spoiler: settings.spoiler === 'always' || spoiler,
  };
}

/** The images of a message and of what it replies to, its own first. */
async function imagesAbout(
  context: Needs<'db'>,
  message: Pick<APIMessage, 'attachments'> & { referenced_message?: APIMessage | null },
): Promise<ImageSource[]> {
  const replied = message.referenced_message?.attachments ?? [];
  return sourcesOf(context, [...message.attachments, ...replied]);
}

/** Files that may be images, each as the bot's own where it is one: its lineage is known then. */
export async function sourcesOf(context: Needs<'db'>, attachments: APIMessage['attachments']): Promise<ImageSource[]> {
  const sources: ImageSource[] = [];
  for (const attachment of attachments) sources.push(await sourceOf(context, attachedFile(attachment)));
  return sources;
}

export async function sourceOf(
  { db }: Needs<'db'>,
  { id, url, filename, size, spoiler }: AttachedFile,
): Promise<ImageSource> {
  const result = id === undefined ? undefined : await resultShownBy(db, id);
  if (result) return { kind: 'result', id: result.id };
  return { kind: 'attachment', url, filename, size, ...(spoiler !== undefined && { spoiler }) };
}
