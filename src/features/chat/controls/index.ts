import type { ComponentCall, ComponentHandler } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import { continueAnswer, regenerate, retry } from './again.ts';
import type { Begun } from './again.ts';
import { branch } from './branch.ts';
import { askWhatToClear, clear } from './clear.ts';
import { copy } from './copy.ts';
import { remove } from './delete.ts';
import { showMore } from './more.ts';
import { offerModels, retryWith } from './other-model.ts';
import { showThoughts } from '../showing/thoughts.ts';
import { controlled } from './reach.ts';
import type { Reached } from './reach.ts';
import {
  choose,
  chooseFromPrompts,
  openSettings,
  settingActions,
  takeWritten,
  writeOwnPrompt,
} from './settings-panel.ts';
import { stop } from './stop.ts';
import { cancel } from '../waiting/end.ts';
import { tellIfWaiting } from '../waiting/notices.ts';
import { createScreens, turnPage } from './versions.ts';

type Press = (call: ComponentCall) => Promise<void>;
type Ask = (context: ChatContext, call: ComponentCall, reached: Reached) => Promise<Begun | undefined>;

/** The buttons and menus of answers. What they are about is a row, so that they work after a restart. */
export function createControls(context: ChatContext): Record<string, ComponentHandler> {
  const screens = createScreens(context);
  const handlers: Record<string, Press> = {
    stop: (call) => stop(context, screens, call),
    cancel: (call) => cancel(context, call),
    regenerate: (call) => ask(call, regenerate),
    continue: (call) => ask(call, continueAnswer),
    retry: (call) => ask(call, retry),
    'other-model': (call) => offerModels(context, call),
    'retry-with': (call) => retryWith(context, call),
    older: (call) => turnPage(context, screens, call, -1),
    newer: (call) => turnPage(context, screens, call, 1),
    more: (call) => showMore(context, call),
    copy: (call) => copy(context, call),
    thoughts: (call) => showThoughts(context, call),
    branch: (call) => branch(context, call),
    settings: (call) => openSettings(context, call),
    'own-system': (call) => writeOwnPrompt(context, call),
    'set-prompt': (call) => chooseFromPrompts(context, call),
    'write-system': (call) => takeWritten(context, call),
    clear: (call) => askWhatToClear(context, call),
    'clear-own': (call) => clear(context, call, 'own'),
    'clear-all': (call) => clear(context, call, 'everything'),
    delete: (call) => remove(context, call),
    ...Object.fromEntries(
      settingActions.map((action): [string, Press] => [action, (call) => choose(context, call, action)]),
    ),
  };
  const ask = async (call: ComponentCall, begin: Ask): Promise<void> => {
    const reached = await controlled(context, call);
    // Two writers would show a mixture of both.
    await screens.settled(reached.question.id);
    const begun = await begin(context, call, reached);
    await call.acknowledge();
    await tellIfWaiting(context, call, begun);
  };
  return Object.fromEntries(Object.entries(handlers).map(([name, run]) => [name, { version: 1, run }]));
}
