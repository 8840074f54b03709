import { UserError } from '../../kernel/errors.ts';
import type { ComponentCall, ComponentHandler, TurnSetting } from '../../sdk/index.ts';
import { chatApi } from '../chat/api.ts';
import { chooseAndTell, layersHere } from './choices.ts';
import { choosePrompt } from './choose.ts';
import { systemForm } from './forms.ts';
import { chosenFrom, promptRows } from './select.ts';
import type { PromptContext } from './settings.ts';
import { called, scopeText, shadowedText } from './show.ts';
import { choiceScopes } from './store.ts';

/** The system prompt in the panel of `/settings`. */
export const promptSetting = (context: PromptContext): TurnSetting => ({
  name: 'prompt',
  describe: async (call) => {
    const { t } = call;
    const [nearest, ...shadowed] = await layersHere(context, call);
    const line = `${t('settings.prompt.in-force', { prompt: called(nearest, t) })} (${scopeText(nearest.scope, t)})`;
    return shadowed.length === 0 ? line : `${line}\n-# ${t('system.before', { prompts: shadowedText(shadowed, t) })}`;
  },
  rows: async (call) => {
    const own = (await layersHere(context, call)).find(({ scope }) => scope === 'conversation');
    return promptRows(context, call, own);
  },
});

/** The panel's components, and the form that a command opens. */
export const promptComponents = (context: PromptContext): Record<string, ComponentHandler> => ({
  'set-prompt': {
    version: 1,
    right: { commands: ['settings', 'system'] },
    run: async (call) => {
      await checkPanel(context, call);
      const chosen = await chosenFrom(context, call, call.values[0] ?? '');
      if (chosen !== undefined) await choosePrompt(context, call, 'conversation', chosen);
      await call.update(await context.use(chatApi).settingsPanel(call));
    },
  },
  'own-system': {
    version: 1,
    right: { commands: ['settings', 'system'] },
    run: async (call) => {
      await checkPanel(context, call);
      const own = (await layersHere(context, call)).find(({ scope }) => scope === 'conversation');
      await call.modal(systemForm('conversation', own?.name === null ? own.text : '', call.t));
    },
  },
  'write-system': { version: 1, right: { commands: ['system'] }, run: (call) => takeWritten(context, call) },
});

async function takeWritten(context: PromptContext, call: ComponentCall): Promise<void> {
  const scope = choiceScopes.find((known) => known === call.id);
  if (!scope) throw new UserError('errors.expired', 'no such scope');
  const choice = { text: (call.fields['text'] ?? '').trim() };
  if (!call.message) {
    await call.reply({ content: await chooseAndTell(context, call, scope, choice) });
    return;
  }
  await choosePrompt(context, call, scope, choice);
  await call.update(await context.use(chatApi).settingsPanel(call));
}

/** A custom id comes from the client: the panel must belong to the conversation that it was opened in. */
async function checkPanel(context: PromptContext, call: ComponentCall): Promise<void> {
  if (call.id !== call.channelId) throw new UserError('errors.expired', 'the panel of another place');
  if (await context.use(chatApi).mayConfigure(call)) return;
  throw new UserError('system.not-yours', 'only moderators and the member who opened the conversation');
}
