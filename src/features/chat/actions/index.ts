import { UserError } from '../../../kernel/errors.ts';
import type { ComponentCall, ComponentHandler, ComponentRight } from '../../../sdk/index.ts';
import type { ChatContext, Needs } from '../chat.ts';
import { turnModels } from '../commands/models.ts';
import { continueAnswer, regenerate, retry } from './again.ts';
import type { Begun } from '../turns/submit.ts';
import { branch } from './branch.ts';
import { askWhatToClear, clear, clearAsked } from './clear.ts';
import { copy } from './copy.ts';
import { askToDelete, remove } from './delete.ts';
import { showMore } from './more.ts';
import { offerModels, retryWith } from './other-model.ts';
import { dismissed } from '../view/buttons.ts';
import { showThoughts } from '../view/thoughts.ts';
import { controlled } from './reach.ts';
import type { Reached } from './reach.ts';
import { choose, openSettings, pageAction, settingActions, turnSettings } from './settings-panel.ts';
import { stop } from './stop.ts';
import { cancel } from '../turns/cancel-waiting.ts';
import { decideCall } from '../answer/tool-confirmation.ts';
import { tellIfWaiting } from '../view/waiting-notices.ts';
import { turnPage } from './versions.ts';
import type { Screens } from './versions.ts';

type Press = (call: ComponentCall) => Promise<void>;
type Ask = (context: ChatContext, call: ComponentCall, reached: Reached) => Promise<Begun | undefined>;
type Control = Pick<ComponentHandler, 'right' | 'limit'> & { run: Press };

const asks = { none: 'It asks the model as a message does: the feature and what the presser has left decide.' };
const ends = { none: 'People may always end what they pay for.' };
const reads = { none: 'It shows an answer that stands in the channel already.' };
const decides = { none: 'It only lets the asker decide about what their own question led to.' };
const owns = { none: 'Askers may always remove their own answers, and moderators what is said with them.' };
const opens = { none: "Discord's own permission to open threads decides." };
const dismisses = { none: 'It only takes back a question of the bot, and changes nothing.' };
const leads = { none: 'It only leads to what asks for its own right.' };

/** Short: people copy one answer after the other, but not several a second. */
const files = { name: 'answer-file', cooldownMs: 2000, heavy: true };

/** The buttons and menus of answers. What they are about is a row, so that they work after a restart. */
export function createControls(context: ChatContext, screens: Screens): Record<string, ComponentHandler> {
  const ask = async (call: ComponentCall, begin: Ask): Promise<void> => {
    const reached = await controlled(context, call);
    // Two writers would show a mixture of both.
    await screens.settled(reached.question.id);
    const begun = await begin(context, call, reached);
    await call.acknowledge();
    await tellIfWaiting(context, call, begun);
  };
  const controls: Record<string, Control> = {
    stop: { right: ends, run: (call) => stop(context, screens, call) },
    cancel: { right: ends, run: (call) => cancel(context, call) },
    regenerate: { right: asks, run: (call) => ask(call, regenerate) },
    continue: { right: asks, run: (call) => ask(call, continueAnswer) },
    retry: { right: asks, run: (call) => ask(call, retry) },
    'other-model': { right: { commands: ['model'] }, run: (call) => offerModels(context, call) },
    'retry-with': { right: { commands: ['model'] }, run: (call) => retryWith(context, call) },
    older: { right: reads, run: (call) => turnPage(context, screens, call, -1) },
    newer: { right: reads, run: (call) => turnPage(context, screens, call, 1) },
    more: { right: leads, run: (call) => showMore(context, call) },
    'tool-allow': { right: decides, run: (call) => decideCall(context, call, 'allowed') },
    'tool-deny': { right: decides, run: (call) => decideCall(context, call, 'denied') },
    copy: { right: reads, limit: files, run: (call) => copy(context, call) },
    thoughts: { right: reads, limit: files, run: (call) => showThoughts(context, call) },
    branch: { right: opens, run: (call) => branch(context, call) },
    delete: { right: owns, run: (call) => askToDelete(context, call) },
    'delete-now': { right: owns, run: (call) => remove(context, call) },
    models: { right: { commands: ['models'] }, run: (call) => turnModels(context, call) },
    dismiss: { right: dismisses, run: dismiss },
    ...clearing(context),
    ...configuring(context),
  };
  return Object.fromEntries(Object.entries(controls).map(([name, control]) => [name, { version: 1, ...control }]));
}

async function dismiss({ id, t, update }: ComponentCall): Promise<void> {
  if (id !== dismissed) throw new UserError('errors.expired', 'no such question');
  await update({ content: t('clear.kept'), components: [] });
}

const clearing = (
  context: Needs<'clock' | 'db' | 'events' | 'jobs' | 'settings' | 'spending' | 'transaction'>,
): Record<string, Control> => ({
  clear: { right: { commands: ['clear'] }, run: (call) => askWhatToClear(context, call) },
  'clear-own': { right: { commands: ['clear'] }, run: (call) => clear(context, call, 'own') },
  'clear-all': { right: { commands: ['clear'] }, run: (call) => clear(context, call, 'everything') },
  'clear-now': { right: { commands: ['clear'] }, run: (call) => clearAsked(context, call) },
});

const configuring = (
  context: Needs<'access' | 'audit' | 'clock' | 'db' | 'discord' | 'extensions' | 'models' | 'settings'>,
): Record<string, Control> => ({
  settings: { right: { commands: ['settings'] }, run: (call) => openSettings(context, call) },
  [pageAction]: { right: { commands: ['settings'] }, run: (call) => turnSettings(context, call) },
  ...Object.fromEntries(
    settingActions.map((action): [string, Control] => [
      action,
      { right: rightToChoose(action), run: (call) => choose(context, call, action) },
    ]),
  ),
});

const rightToChoose = (action: string): ComponentRight => ({
  commands: action === 'set-model' ? ['settings', 'model'] : ['settings'],
});
