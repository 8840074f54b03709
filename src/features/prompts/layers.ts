import { channelAround, precedence } from '../../sdk/index.ts';
import type { Precedence, VaultReader } from '../../sdk/index.ts';
import type { PromptContext } from './settings.ts';
import { chatApi } from '../chat/api.ts';
import { openPrompt } from './open.ts';
import type { PromptReference } from './rules.ts';
import { choicesAt, findPrompt } from './store.ts';
import type { ChoiceRow, ChoiceScope } from './store.ts';

/** The source of a prompt. */
export type PromptScope = Exclude<Precedence, 'persona'>;

export interface PromptSource {
  scope: PromptScope;
  /** Null for a text without a name. */
  name: string | null;
}

/** A prompt that applies, before placeholders are filled in. */
export interface Layer extends PromptSource {
  text: string;
  reference: PromptReference | null;
}

/** The member and the place of a conversation. */
export interface PromptPlace {
  guildId: string | null;
  channelId: string;
  userId: string;
  /** Chosen with the request itself. */
  requested?: PromptReference | undefined;
}

/** Every prompt of a place, nearest first: the first one applies and overrides the others. */
export async function layersFor(
  context: PromptContext,
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
  layers.sort((one, other) => precedence.indexOf(one.scope) - precedence.indexOf(other.scope));
  const [nearest = instanceLayer(context), ...others] = layers;
  return [nearest, ...others];
}

const instanceLayer = (context: PromptContext): Layer => ({
  scope: 'instance',
  name: null,
  reference: null,
  text: context.use(chatApi).defaultSystemPrompt,
});

async function scopesOf(
  context: PromptContext,
  { guildId, channelId, userId }: PromptPlace,
): Promise<{ scope: ChoiceScope; scopeId: string }[]> {
  const own = [
    { scope: 'conversation' as const, scopeId: channelId },
    { scope: 'user' as const, scopeId: userId },
  ];
  if (guildId === null) return own;
  const around = await channelAround(context.discord.cache, channelId);
  return [...own, { scope: 'channel', scopeId: around }, { scope: 'guild', scopeId: guildId }];
}

type Chosen = Pick<ChoiceRow, 'configured' | 'prompt'>;

async function referred(context: PromptContext, reference: PromptReference): Promise<Chosen> {
  if ('configured' in reference) return { configured: reference.configured, prompt: null };
  return { configured: null, prompt: (await findPrompt(context.db, reference.id)) ?? null };
}

/** Undefined for a prompt that no longer exists: the next scope applies. */
async function layerOf(
  context: PromptContext,
  read: VaultReader,
  { scope, configured, prompt }: Chosen & { scope: PromptScope },
): Promise<Layer | undefined> {
  if (configured !== null) {
    const text = context.settings.instance.library[configured]?.text;
    return text === undefined ? undefined : { scope, name: configured, text, reference: { configured } };
  }
  const opened = prompt && (await openPrompt(read, prompt));
  return opened ? { scope, ...opened, reference: { id: prompt.id } } : undefined;
}
