import { UserError, VendorError } from '../../../kernel/errors.ts';
import { explainedBy } from '../../../sdk/index.ts';
import type { AnswerStep, Extension } from '../../../sdk/index.ts';
import { turnOf } from '../turns/turn.ts';
import { TookTooLong, withinLimit } from '../within-limit.ts';
import { withNotices } from './draft.ts';
import type { Attempt, Draft } from './draft.ts';
import { keepFiles, sources } from './made-files.ts';
import type { AnswerTask } from './task.ts';

type BeforeStore = Extract<AnswerStep, { at: 'before-store' }>;

/** A step that takes longer is left out: people wait. */
const longestMs = 5000;

/** Lets features change a complete answer before it is stored, in order of their names. */
export async function runStepsBeforeStore(task: AnswerTask, written: Draft): Promise<Attempt> {
  let draft = written;
  try {
    for (const extension of task.context.extensions('answerSteps')) {
      const { part } = extension;
      if (part.at === 'before-store') draft = await afterStep(task, draft, extension, part);
    }
    return { draft };
  } catch (error) {
    return { draft, failure: { error } };
  }
}

/** The draft as a step leaves it. Throws only what ended the run. */
async function afterStep(
  { context, run, row, answer, question, screen }: AnswerTask,
  draft: Draft,
  { feature, texts }: Omit<Extension<'answerSteps'>, 'part'>,
  step: BeforeStore,
): Promise<Draft> {
  const { clock, logger } = context;
  const { model, text } = draft;
  const turn = { ...turnOf(row, question, feature), model, speaker: screen.voice?.speaker };
  try {
    const changed = await explainedBy(texts, () =>
      withinLimit({ clock, signal: run.signal, longestMs }, (signal) =>
        step.run({ turn, text, modelId: model.id }, signal),
      ),
    );
    const notices = (changed.notices ?? []).map((notice) => ({ key: 'notices.said', data: { text: notice } }));
    const isChanged = changed.text !== undefined && changed.text.trim() !== '';
    const next = isChanged ? { ...draft, text: changed.text ?? text } : draft;
    const { files = [] } = changed;
    if (files.length === 0) return withNotices(next, ...notices);
    const made = { answer, row, source: sources.before(answer, step.name), files };
    const kept = await keepFiles(context, made);
    return withNotices({ ...next, files: [...draft.files, ...kept.files] }, ...notices, ...kept.notices);
  } catch (error) {
    run.signal.throwIfAborted();
    const isExpected = error instanceof UserError || error instanceof VendorError || error instanceof TookTooLong;
    logger[isExpected ? 'warn' : 'error']({ error, feature, step: step.name }, 'A step before an answer failed.');
    return draft;
  }
}
