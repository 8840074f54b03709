import type { VaultReader } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import type { Question } from '../intake/read-message.ts';
import type { QuestionRow } from '../turns/store.ts';
import { channelAround } from '../intake/places.ts';
import { openPrompt } from './open.ts';
import { fillIn, variablesIn } from './rules.ts';
import type { PromptReference, Variable } from './rules.ts';
import { choicesAt, findPrompt } from './store.ts';
import type { ChoiceRow, ChoiceScope } from './store.ts';

/** Where a prompt comes from, nearest first. */
export const promptScopes = ['request', 'conversation', 'channel', 'user', 'guild', 'instance'] as const;
export type PromptScope = (typeof promptScopes)[number];

export interface PromptSource {
  scope: PromptScope;
  /** Null for a text without a name. */
  name: string | null;
}

/** A prompt that applies, before anything is filled in. */
export interface Layer extends PromptSource {
  text: string;
  reference: PromptReference | null;
}

/** Who talks where. */
export interface PromptPlace {
  guildId: string | null;
  channelId: string;
  userId: string;
  /** Chosen with the request itself. */
  requested?: PromptReference | undefined;
}

/**
 * The system prompt that counts for a question, or for the next one of its author in its channel, filled in, with where it
 * comes from. At most 20,000 characters. `read` may be the reader that the question was opened with.
 */
export async function systemPromptFor(
  context: ChatContext,
  read: VaultReader,
  row: Pick<QuestionRow, 'guild_id' | 'channel_id' | 'author_id'>,
  question: Pick<Question, 'name' | 'way'>,
): Promise<{ text: string; source: PromptSource }> {
  const { guild_id: guildId, channel_id: channelId, author_id: userId } = row;
  const { way } = question;
  // In a thread of its own it has become that conversation's, which may have another one by now.
  const isHere = way?.kind === 'ask' && (way.threadIn === null || way.threadIn === channelId);
  const requested = isHere ? way.systemPrompt : undefined;
  const [nearest] = await layersFor(context, read, { guildId, channelId, userId, requested });
  const text = await filled(context, nearest.text, { guildId, channelId, userName: question.name });
  return { text, source: { scope: nearest.scope, name: nearest.name } };
}

/** Everything that applies in a place, nearest first: the first one counts and shadows the others. */
export async function layersFor(
  context: ChatContext,
  read: VaultReader,
  place: PromptPlace,
): Promise<[Layer, ...Layer[]]> {
  const [chosen, requested] = await Promise.all([
    choicesAt(context.db, await scopesOf(context, place)),
    place.requested && referred(context, place.requested),
  ]);
  const opened = await Promise.all([
    ...(requested ? [layerOf(context, read, { scope: 'request', ...requested })] : []),
    ...chosen.map((choice) => layerOf(context, read, choice)),
  ]);
  const layers = [...opened.filter((layer) => layer !== undefined), instanceLayer(context)];
  layers.sort((one, other) => promptScopes.indexOf(one.scope) - promptScopes.indexOf(other.scope));
  const [nearest = instanceLayer(context), ...others] = layers;
  return [nearest, ...others];
}

const instanceLayer = (context: ChatContext): Layer => ({
  scope: 'instance',
  name: null,
  reference: null,
  text: context.settings.instance.systemPrompt,
});

async function scopesOf(
  context: ChatContext,
  { guildId, channelId, userId }: PromptPlace,
): Promise<{ scope: ChoiceScope; scopeId: string }[]> {
  const own = [
    { scope: 'conversation' as const, scopeId: channelId },
    { scope: 'user' as const, scopeId: userId },
  ];
  if (guildId === null) return own;
  const around = await channelAround(context, channelId);
  return [...own, { scope: 'channel', scopeId: around }, { scope: 'guild', scopeId: guildId }];
}

type Chosen = Pick<ChoiceRow, 'configured' | 'prompt'>;

async function referred(context: ChatContext, reference: PromptReference): Promise<Chosen> {
  if ('configured' in reference) return { configured: reference.configured, prompt: null };
  return { configured: null, prompt: (await findPrompt(context.db, reference.id)) ?? null };
}

/** Undefined for one that no longer exists: the next scope counts. */
async function layerOf(
  context: ChatContext,
  read: VaultReader,
  { scope, configured, prompt }: Chosen & { scope: PromptScope },
): Promise<Layer | undefined> {
  if (configured !== null) {
    const text = context.settings.instance.prompts[configured]?.text;
    return text === undefined ? undefined : { scope, name: configured, text, reference: { configured } };
  }
  const opened = prompt && (await openPrompt(read, prompt));
  return opened ? { scope, ...opened, reference: { id: prompt.id } } : undefined;
}

/** Said to the model alone, and models follow English best. */
const inDirectMessages = { guild: 'no server', channel: 'direct messages' };

async function filled(
  context: ChatContext,
  text: string,
  { guildId, channelId, userName }: { guildId: string | null; channelId: string; userName: string },
): Promise<string> {
  const { discord, clock } = context;
  const wanted = variablesIn(text);
  if (wanted.size === 0) return text;
  const named = async (variable: Variable, find: () => Promise<{ name: string | null } | undefined>) =>
    wanted.has(variable) ? ((await find())?.name ?? '') : '';
  const place =
    guildId === null
      ? inDirectMessages
      : {
          guild: await named('guild', () => discord.cache.guild(guildId)),
          channel: await named('channel', async () => discord.cache.channel(await channelAround(context, channelId))),
        };
  const date = new Date(clock.now()).toISOString().slice(0, 10);
  return fillIn(text, { name: discord.self.username, date, ...place, user: userName });
}
