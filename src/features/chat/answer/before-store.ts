import { UserError, VendorError } from '../../../kernel/errors.ts';
import { abortable } from '../../../kernel/abortable.ts';
import { explainedBy } from '../../../sdk/index.ts';
import type { AnswerStep, Extension } from '../../../sdk/index.ts';
import { turnOf } from '../turns/turn.ts';
import type { Work } from './work.ts';

type BeforeStore = Extract<AnswerStep, { at: 'before-store' }>;

/** A step that takes longer is left out: people wait. */
const longestMs = 5000;

/** Lets features change a complete answer before it is stored, in order of their names. */
export async function runStepsBeforeStore(work: Work): Promise<void> {
  for (const extension of work.context.extensions('answerSteps')) {
    const { part } = extension;
    if (part.at === 'before-store') await runOne(work, extension, part);
  }
}

async function runOne(
  work: Work,
  { feature, texts }: Omit<Extension<'answerSteps'>, 'part'>,
  step: BeforeStore,
): Promise<void> {
  const { context, model, speaker, run, row, question } = work;
  const tooLong = new AbortController();
  const timer = context.clock.after(longestMs, () => tooLong.abort(new Error('The step took too long.')));
  const signal = AbortSignal.any([run.signal, tooLong.signal]);
  const turn = { ...turnOf(row, question, feature), model, speaker };
  try {
    const answer = { turn, text: work.text, modelId: model.id };
    const { text, notices = [] } = await explainedBy(texts, () => abortable(step.run(answer, signal), signal));
    if (text !== undefined && text.trim() !== '') work.text = text;
    work.notices.push(...notices.map((notice) => ({ key: 'notices.said', data: { text: notice } })));
  } catch (error) {
    run.signal.throwIfAborted();
    const isExpected = error instanceof UserError || error instanceof VendorError || tooLong.signal.aborted;
    context.logger[isExpected ? 'warn' : 'error'](
      { error, feature, step: step.name },
      'A step before an answer failed.',
    );
  } finally {
    timer.cancel();
  }
}
