import { UserError } from '../../../kernel/errors.ts';
import type { ComponentCall } from '../../../sdk/index.ts';
import { requestOf } from '../chat.ts';
import type { ChatContext } from '../chat.ts';
import { settingsOf } from '../turns/conversations.ts';
import { questionEnded } from '../view/reactions.ts';
import { endAnswer } from '../turns/store.ts';
import { controlled } from './reach.ts';
import { showAnswer } from '../view/show-answer.ts';
import type { Screens } from './versions.ts';

/** Ends an answer that waits or is written; its text so far stays. */
export async function stop(context: ChatContext, screens: Screens, call: ComponentCall): Promise<void> {
  const { answer, question } = await controlled(context, call);
  const result = answer.job_id && (await context.jobs.cancel(answer.job_id, call.caller.userId));
  if (!result || result === 'not-found') {
    if (!question.parts.includes(call.message?.id ?? '')) throw new UserError('already-ended', 'nothing to stop');
    // Discord had not taken its end, so that the message is behind.
    await call.acknowledge();
    await screens.show(question.id, `chat/stop/${call.calledId}`);
    return;
  }
  if (result === 'cancelling') {
    await call.acknowledge();
    return;
  }
  // Between two runs no worker has it, so that no worker would end it on the screen.
  const ciphertext = answer.continued ? answer.ciphertext : null;
  const finishedAt = new Date(context.clock.now());
  await endAnswer(context.db, answer.id, { state: 'stopped', ciphertext, finish: null, finishedAt });
  await context.spending.recover(requestOf(answer));
  await context.spending.finish(requestOf(answer));
  const settings = await settingsOf(context, question);
  questionEnded(context, question, answer, settings, 'stopped');
  const end = { state: 'stopped' as const };
  const ended = { text: call.message?.content ?? '', notices: [], end, finish: null, modelId: '', hasThoughts: false };
  // The text on the screen stays as it is, with its line above.
  const shown = { answer, question, settings, voice: undefined, maxMessages: undefined, ...ended };
  await showAnswer(context, shown, async (message) => {
    await call.update(message);
    return question.parts.map((messageId) => ({ messageId }));
  });
}
