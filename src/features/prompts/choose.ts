import { UserError } from '../../kernel/errors.ts';
import { actOf, channelAround } from '../../sdk/index.ts';
import type { Call, ModelInfo, Tx } from '../../sdk/index.ts';
import type { PromptContext } from './settings.ts';
import { chatApi } from '../chat/api.ts';
import { checkMayChoose } from './rights.ts';
import { promptCharacters } from './rules.ts';
import type { PromptReference } from './rules.ts';
import { setChoice, writePrompt } from './store.ts';
import type { ChoicePlace, ChoiceScope } from './store.ts';

/** A prompt of a library or of the settings file, or a text for this place only. */
export type Choice = { reference: PromptReference; text: string } | { text: string };

/**
 * Chooses the prompt of a scope around the call; null resets it. Throws a UserError when the caller may not, or when
 * the text is too long.
 */
export async function choosePrompt(
  context: PromptContext,
  call: Call,
  scope: ChoiceScope,
  choice: Choice | null,
): Promise<void> {
  await checkMayChoose(context, call, scope);
  if (choice) await checkLength(context, call, choice.text);
  const place = await placeOf(context, call, scope);
  await context.transaction(async (tx) => {
    const reference =
      choice && ('reference' in choice ? choice.reference : await write(context, tx, call, choice.text));
    await setChoice(tx, place, reference);
    if (scope === 'channel' || scope === 'guild') await record(context, tx, call, place, reference);
  });
}

async function placeOf(
  context: PromptContext,
  { caller, guildId, channelId }: Call,
  scope: ChoiceScope,
): Promise<ChoicePlace> {
  const none = { scope, guildId, parentId: null };
  if (scope === 'user') return { ...none, scopeId: caller.userId, guildId: null };
  if (scope === 'guild') return { ...none, scopeId: guildId ?? '' };
  const around = guildId === null ? channelId : await channelAround(context.discord.cache, channelId);
  if (scope === 'channel') return { ...none, scopeId: around };
  return { ...none, scopeId: channelId, parentId: around === channelId ? null : around };
}

async function write(context: PromptContext, tx: Tx, { caller }: Call, text: string): Promise<PromptReference> {
  const id = context.ids.uuid();
  await writePrompt(tx, {
    id,
    author_id: caller.userId,
    guild_id: null,
    name_hash: null,
    name_ciphertext: null,
    ciphertext: await context.vault.encrypt(tx, caller.userId, id, text),
    saved_at: new Date(context.clock.now()),
  });
  return { id };
}

/** Records a choice that applies to others, by its ids only. */
async function record(
  context: PromptContext,
  tx: Tx,
  call: Call,
  { scope, scopeId }: ChoicePlace,
  reference: PromptReference | null,
): Promise<void> {
  const act = { action: 'set-system-prompt', targetId: scopeId, details: { scope, prompt: reference } };
  await context.audit.record(tx, actOf(call, act));
}

/** Throws a UserError for an invalid text, or one too long for the model that answers the caller here. */
export async function checkLength(context: PromptContext, call: Call, text: string): Promise<void> {
  checkCharacters(text);
  const { guildId, channelId, caller } = call;
  const { model } = await context.use(chatApi).windowAt({ guildId, channelId, userId: caller.userId });
  await checkFits(context, text, model);
}

function checkCharacters(text: string): void {
  if (text.trim() === '') throw new UserError('prompts.empty', 'the text is missing');
  if (text.length <= promptCharacters) return;
  const characters = text.length;
  throw new UserError('prompts.too-long', 'longer than a prompt can be', { characters, limit: promptCharacters });
}

/** Throws a UserError unless a prompt leaves the model room for the conversation and an answer. */
async function checkFits({ models }: Pick<PromptContext, 'models'>, text: string, model: ModelInfo): Promise<void> {
  const tokens = await models.countTokens(model.id, text);
  const limit = Math.floor(model.contextTokens / 4);
  if (tokens <= limit) return;
  throw new UserError('prompts.too-large', 'the model cannot hold it', { tokens, limit, model: model.id });
}
