import { UserError } from '../../kernel/errors.ts';
import type { Call, OutgoingMessage } from '../../sdk/index.ts';
import type { PromptContext } from './settings.ts';
import { choosePrompt } from './choose.ts';
import type { Choice } from './choose.ts';
import { layersFor } from './layers.ts';
import type { Layer } from './layers.ts';
import { neededPrompt, promptNamed } from './library.ts';
import { normalName, resetWord } from './rules.ts';
import type { PromptReference } from './rules.ts';
import { called, scopeText, shadowedText, withText } from './show.ts';
import type { ChoiceScope } from './store.ts';

/** The prompts that apply to the caller here, nearest first. */
export const layersHere = (context: PromptContext, call: Call): Promise<[Layer, ...Layer[]]> =>
  layersFor(context, context.vault.reader(context.db), {
    guildId: call.guildId,
    channelId: call.channelId,
    userId: call.caller.userId,
  });

/** Interprets a written prompt: a name, the reset word, or the text itself. */
export async function meant(context: PromptContext, call: Call, text: string): Promise<Choice | null> {
  if (normalName(text) === resetWord) return null;
  return (await promptNamed(context, call, text)) ?? { text };
}

/** The prompt with this name. Throws a UserError when the caller can't use one of that name. */
export async function referenceTo(context: PromptContext, call: Call, name: string): Promise<PromptReference> {
  return (await neededPrompt(context, call, name)).reference;
}

/** Chooses a prompt and says which one now applies. Throws a UserError as `choosePrompt` does. */
export async function chooseAndTell(
  context: PromptContext,
  call: Call,
  scope: ChoiceScope,
  choice: Choice | null,
): Promise<string> {
  await choosePrompt(context, call, scope, choice);
  const { t } = call;
  const [nearest, ...shadowed] = await layersHere(context, call);
  const of = { scope: scopeText(scope, t), prompt: called(nearest, t), from: scopeText(nearest.scope, t) };
  if (!choice) return `${t('system.reset', of)} ${t('system.counts', of)}`;
  const own = [nearest, ...shadowed].find((layer) => layer.scope === scope);
  if (!own) throw new UserError('system.gone', 'removed in the meantime');
  const set = t('system.set', { ...of, prompt: called(own, t) });
  return nearest.scope === scope ? set : `${set} ${t('system.nearer', of)}`;
}

/** The prompt that applies to the caller here, its source, and the prompts that it overrides. */
export async function inForce(context: PromptContext, call: Call): Promise<OutgoingMessage> {
  const { t } = call;
  const [nearest, ...shadowed] = await layersHere(context, call);
  const names = { prompt: called(nearest, t), scope: scopeText(nearest.scope, t) };
  const before = shadowed.length === 0 ? '' : `\n-# ${t('system.before', { prompts: shadowedText(shadowed, t) })}`;
  return withText(`${t('system.in-force', names)}${before}`, nearest.text);
}
