import { UserError } from '../../kernel/errors.ts';
import { mayUse } from '../../sdk/index.ts';
import type { ComponentCall, ComponentHandler } from '../../sdk/index.ts';
import { enqueueAnswer, modelOf } from './ask.ts';
import type { ChatContext } from './chat.ts';
import { requestOf } from './chat.ts';
import { withNotices } from './render.ts';
import { mayControl } from './rules.ts';
import { beginRetry, endAnswer, findAnswer } from './store.ts';
import type { AnswerRow, QuestionRow } from './store.ts';

/** The buttons under an answer. */
export function createControls(context: ChatContext): Record<'stop' | 'retry', ComponentHandler> {
  return {
    stop: {
      version: 1,
      run: (call) => stop(context, call),
    },
    retry: {
      version: 1,
      run: async (call) => {
        const { answer, question } = await controlled(context, call);
        const jobId = context.ids.uuid();
        const { caller } = call;
        const model = await modelOf(context, question);
        const begun = await context.transaction(async (tx) => {
          const tries = await beginRetry(tx, answer.id, jobId);
          if (tries === undefined) return false;
          const next = { id: answer.id, jobId, tries };
          await enqueueAnswer(context, tx, question, next, { caller, model, questionTokens: question.sealed.length });
          return true;
        });
        if (!begun) throw new UserError('already-retrying', 'this answer has not failed');
        context.checkpoint('admitted');
        await call.acknowledge();
      },
    },
  };
}

async function stop(context: ChatContext, call: ComponentCall): Promise<void> {
  const { answer } = await controlled(context, call);
  const result = answer.job_id && (await context.jobs.cancel(answer.job_id, call.caller.userId));
  if (!result || result === 'not-found') throw new UserError('already-ended', 'nothing to stop');
  if (result === 'cancelling') {
    await call.acknowledge();
    return;
  }
  // Between two runs no worker has it, so that nobody else would end it on the screen.
  const { text, ...end } = stoppedBetweenRuns(call, context.clock.now());
  await endAnswer(context.db, answer.id, end);
  await context.spending.finish(requestOf(answer));
  await call.update({ content: text, components: [] });
}

function stoppedBetweenRuns({ message, t }: ComponentCall, nowMs: number) {
  const notice = { key: 'notices.stopped', data: {} };
  const text = withNotices(message?.content ?? '', [notice], t);
  return { text, state: 'stopped' as const, sealed: null, finishedAt: new Date(nowMs) };
}

/** Throws a UserError unless the one who pressed may control this answer. */
async function controlled(
  context: ChatContext,
  call: ComponentCall,
): Promise<{ answer: AnswerRow; question: QuestionRow }> {
  const found = await findAnswer(context.db, call.id);
  // A custom id is the client's word: it reaches nothing of another guild.
  if (!found || found.question.guild_id !== call.guildId) throw new UserError('answer-gone', 'the answer was cleared');
  const moderates = call.guildId !== null && mayUse('moderator', call.caller);
  if (!mayControl(call.caller, found.question.author_id, moderates)) {
    throw new UserError('not-yours', 'only the asker and moderators', { asker: found.question.author_id });
  }
  return found;
}
