import type { JsonObject } from '../../../kernel/json.ts';
import type { Call, ModelInfo } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import type { Attachment, Question } from './read-message.ts';
import type { QuestionOrigin } from '../schema.ts';
import { supersede } from '../turns/later-questions.ts';
import { modelOf, submitTurn, turnIds } from '../turns/submit.ts';
import type { Begun } from '../turns/submit.ts';
import type { TurnSource } from './source.ts';

export interface Asked {
  text: string;
  source: TurnSource;
  attachments?: readonly Attachment[];
  /** The message of the same channel that it is about. */
  replyTo?: string;
  /** In place of the one that the settings choose. */
  model?: ModelInfo | undefined;
  /** What features keep with it, by feature. */
  extras?: Readonly<Record<string, JsonObject>>;
  /** The message that asked, where it is to be replied to. */
  messageId?: string;
}

export interface Taken {
  questionId: string;
  /** Undefined when the same call came before. */
  begun: Begun | undefined;
}

/**
 * Stores a question that came by an interaction or a prefix command, with its job, and returns its id, which comes from
 * that of the call: the same call again changes nothing. Throws a UserError, and leaves no trace, when the caller may
 * not ask or cannot pay.
 */
export async function takeAsked(context: ChatContext, call: Call, asked: Asked): Promise<Taken> {
  const { caller, calledId } = call;
  const place = { channel_id: call.channelId, guild_id: call.guildId, author_id: caller.userId };
  const origin: QuestionOrigin = asked.source.kind === 'ask' ? 'command' : 'context';
  const answeredHere = asked.source.kind !== 'ask' || asked.source.threadIn === null;
  const wantedModelId = asked.model?.id ?? null;
  const turn = {
    ...place,
    cameAs: calledId,
    origin,
    message_id: asked.messageId ?? null,
    question: questionOf(call, asked),
    wantedModelId,
    answeredHere,
  };
  const model = await modelOf(context, place, wantedModelId);
  const begun = await context.transaction((tx) => submitTurn(context, tx, turn, { caller, model }));
  context.checkpoint('admitted');
  const { questionId } = turnIds(calledId);
  if (answeredHere) await supersede(context, { id: questionId, ...place });
  return { questionId, begun };
}

function questionOf({ caller }: Call, { text, source, attachments = [], replyTo, extras }: Asked): Question {
  return {
    name: caller.displayName.replace(/\s+/g, ' '),
    text,
    attachments: [...attachments],
    ...(replyTo === undefined ? {} : { replyTo }),
    source,
    ...(extras && { extras }),
  };
}
