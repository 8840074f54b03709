import type { ComponentCall, ComponentHandler } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import { continueAnswer, regenerate, retry } from './again.ts';
import { offerModels, retryWith } from './other-model.ts';
import { controlled } from './reach.ts';
import type { Reached } from './reach.ts';
import { stop } from './stop.ts';
import { createScreens, turnPage } from './versions.ts';

type Ask = (context: ChatContext, call: ComponentCall, reached: Reached) => Promise<void>;

/** The buttons and menus of answers. What they are about is a row, so that they work after a restart. */
export function createControls(context: ChatContext): Record<string, ComponentHandler> {
  const screens = createScreens(context);
  const handlers: Record<string, (call: ComponentCall) => Promise<void>> = {
    stop: (call) => stop(context, call),
    regenerate: (call) => ask(call, regenerate),
    continue: (call) => ask(call, continueAnswer),
    retry: (call) => ask(call, retry),
    'other-model': (call) => offerModels(context, call),
    'retry-with': (call) => retryWith(context, call),
    older: (call) => turnPage(context, screens, call, -1),
    newer: (call) => turnPage(context, screens, call, 1),
  };
  const ask = async (call: ComponentCall, begin: Ask): Promise<void> => {
    const reached = await controlled(context, call);
    // Two writers would show a mixture of both.
    await screens.settled(reached.question.id);
    await begin(context, call, reached);
    await call.acknowledge();
  };
  return Object.fromEntries(Object.entries(handlers).map(([name, run]) => [name, { version: 1, run }]));
}
