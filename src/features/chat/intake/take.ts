import { uuidFromName } from '../../../kernel/ids.ts';
import type { Call, ModelInfo } from '../../../sdk/index.ts';
import { enqueueAnswer, estimateTokens, modelOf } from './claim.ts';
import type { ChatContext } from '../chat.ts';
import type { Attachment, Question } from './read-message.ts';
import type { QuestionOrigin } from '../schema.ts';
import { insertQuestion } from '../turns/store.ts';
import type { NewQuestion } from '../turns/store.ts';
import { supersede } from '../turns/later-questions.ts';
import { setWantedModel } from './store.ts';
import type { Way } from './source.ts';

export interface Asked {
  text: string;
  way: Way;
  attachments?: readonly Attachment[];
  /** The message of the same channel that it is about. */
  replyTo?: string;
  /** In place of the one that the settings choose. */
  model?: ModelInfo | undefined;
  /** The message that asked, where it is to be replied to. */
  messageId?: string;
}

/** A question with the answer that it waits for. */
export interface Taken {
  questionId: string;
  id: string;
  jobId: string;
}

/**
 * Stores a question that came by an interaction or a prefix command, with its job, and returns its id, which comes from
 * that of the call: the same call again changes nothing. Throws a UserError, and leaves no trace, when the caller may
 * not ask or cannot pay.
 */
export async function takeAsked(context: ChatContext, call: Call, asked: Asked): Promise<Taken> {
  const { caller, calledId } = call;
  const id = uuidFromName(`chat/question/${calledId}`);
  const answer = { id: uuidFromName(`chat/answer/${calledId}`), jobId: context.ids.uuid(), tries: 0 };
  const place = { channel_id: call.channelId, guild_id: call.guildId, author_id: caller.userId };
  const origin: QuestionOrigin = asked.way.kind === 'ask' ? 'command' : 'context';
  const text = JSON.stringify(questionOf(call, asked));
  const answeredHere = asked.way.kind !== 'ask' || asked.way.threadIn === null;
  const wantedModelId = asked.model?.id ?? null;
  const model = await modelOf(context, place, wantedModelId);
  await context.transaction(async (tx) => {
    const row: NewQuestion = {
      id,
      ...place,
      origin,
      message_id: asked.messageId ?? null,
      sealed: await context.vault.seal(tx, caller.userId, id, text),
      asked_at: new Date(context.clock.now()),
    };
    if (!(await insertQuestion(tx, row, answer, { answeredHere }))) return;
    if (wantedModelId !== null) await setWantedModel(tx, answer.id, wantedModelId);
    await enqueueAnswer(context, tx, row, answer, {
      caller,
      model,
      questionTokens: estimateTokens(text),
      answeredHere,
    });
  });
  context.checkpoint('admitted');
  if (answeredHere) await supersede(context, { id, ...place });
  return { questionId: id, id: answer.id, jobId: answer.jobId };
}

function questionOf({ caller }: Call, { text, way, attachments = [], replyTo }: Asked): Question {
  return {
    name: caller.displayName.replace(/\s+/g, ' '),
    text,
    attachments: [...attachments],
    ...(replyTo === undefined ? {} : { replyTo }),
    way,
  };
}
