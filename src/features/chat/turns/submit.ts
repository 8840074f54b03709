import { UserError } from '../../../kernel/errors.ts';
import { uuidFromName } from '../../../kernel/ids.ts';
import { mayUse } from '../../../sdk/index.ts';
import type { Access, Caller, ModelInfo, Tx } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { chooseModel, requestOf } from '../chat.ts';
import type { Question } from '../intake/read-message.ts';
import { settingsOf } from './conversations.ts';
import { laneOf } from './lane.ts';
import { joinWaiting } from './later-questions.ts';
import { insertQuestion, setWantedModel } from './store.ts';
import type { NewQuestion, QuestionRow } from './store.ts';

type TurnPlace = Pick<QuestionRow, 'author_id' | 'guild_id' | 'channel_id'>;

/** An answer that is wanted. */
interface Submission {
  place: TurnPlace;
  /** Writes down in the transaction what is to be answered; undefined when there is nothing to add. */
  begin(tx: Tx): Promise<{ id: string; tries: number } | undefined>;
  jobId: string;
  /** About what the model gets: see `estimateTokens`. */
  inputTokens: number;
  /** False for a turn whose thread is yet to be opened: it waits in no line until then. */
  answeredHere?: boolean;
}

/** The member who asks for the answer, and the model that they get: see `modelOf`. */
export interface Payer {
  caller: Caller;
  model: ModelInfo;
}

/** An answer that waits for its job, or is written by it. */
export interface Begun {
  id: string;
  jobId: string;
}

/** An answer with a short text in mind: enough to be refused at once when nothing is left. */
const admittedOutputTokens = 64;

/** Quick and a little high: the gateway has no time to count, and what is reserved for the call is counted. */
export const estimateTokens = (text: string): number => Math.ceil(text.length / 3);

/** The model that answers a turn. Asked before the transaction: inside, it would wait for a second connection. */
export async function modelOf(
  context: Needs<'db' | 'models' | 'settings' | 'spending'>,
  turn: TurnPlace,
  wantedModelId: string | null = null,
): Promise<ModelInfo> {
  const chosen = chooseModel(context, await settingsOf(context, turn), wantedModelId);
  return context.spending.modelFor(chosen, { guildId: turn.guild_id, channelId: turn.channel_id });
}

/**
 * The one way to an answer, for new turns and for other versions alike: writes down what is wanted, admits it on the payer's
 * account and adds its job, in the line of its conversation. Undefined when `begin` has nothing to add. Throws a UserError,
 * and the caller's transaction must leave no trace, when it may not be paid, when too much is waiting already, or when it
 * was answered before. Last in the transaction, since it holds the locks of accounts and limits until the commit.
 */
export async function submit(
  context: Needs<'jobs' | 'settings' | 'spending'>,
  tx: Tx,
  submission: Submission,
  { caller, model }: Payer,
): Promise<Begun | undefined> {
  const { place, jobId, inputTokens, answeredHere = true } = submission;
  const answer = await submission.begin(tx);
  if (!answer) return undefined;
  const request = requestOf(answer);
  const lane = answeredHere ? laneOf(context.settings, place) : null;
  const { guild_id: guildId, channel_id: channelId } = place;
  await context.spending.admit(tx, {
    request,
    action: { kind: 'feature', feature: 'chat' },
    caller,
    place: { guildId, channelId },
    model,
    tokens: { input: inputTokens, output: admittedOutputTokens },
  });
  const result = await context.jobs.enqueue(tx, {
    id: jobId,
    queue: 'text',
    name: 'answer',
    key: request,
    payload: { answerId: answer.id, tries: answer.tries },
    userId: caller.userId,
    ...(guildId === null ? {} : { guildId }),
    ...(lane === null ? {} : { lane }),
  });
  if (result.status === 'duplicate') throw new AnsweredBefore();
  if (result.status === 'full') {
    throw new UserError(`full.${result.scope}`, 'too many questions are waiting', { limit: result.limit });
  }
  return { id: answer.id, jobId };
}

/** A turn that was answered once, and has left the history since, came again: nothing of it may come back. */
export class AnsweredBefore extends UserError {
  constructor() {
    super('answer-gone', 'it was answered before and has been removed since');
  }
}

/** A turn that is new. */
export interface NewTurnRow extends Omit<NewQuestion, 'id' | 'ciphertext' | 'asked_at'> {
  /** The snowflake or other name that it came with: the same one again changes nothing. */
  cameAs: string;
  question: Question;
  /** In place of the model that the settings choose. */
  wantedModelId?: string | null;
  answeredHere?: boolean;
}

/** The highest rank of a caller. */
const rankOf = (caller: Caller): Access =>
  (['instance-administrator', 'guild-administrator', 'moderator'] as const).find((rank) => mayUse(rank, caller)) ??
  'everyone';

/** The ids of a turn and its first answer, from what it came as. */
export const turnIds = (cameAs: string) => ({
  questionId: uuidFromName(`chat/question/${cameAs}`),
  answerId: uuidFromName(`chat/answer/${cameAs}`),
});

/** Stores a new turn and submits its answer, or has it answered together with one that waits. Throws as `submit` does. */
export async function submitTurn(
  context: Needs<'clock' | 'ids' | 'jobs' | 'settings' | 'spending' | 'vault'>,
  tx: Tx,
  turn: NewTurnRow,
  payer: Payer,
): Promise<(Begun & { questionId: string }) | undefined> {
  const { cameAs, question, wantedModelId = null, answeredHere = true, ...rest } = turn;
  const { questionId, answerId } = turnIds(cameAs);
  const jobId = context.ids.uuid();
  const text = JSON.stringify({ ...question, rank: rankOf(payer.caller) });
  const begin = async (): Promise<{ id: string; tries: number } | undefined> => {
    const ciphertext = await context.vault.encrypt(tx, turn.author_id, questionId, text);
    const row: NewQuestion = { ...rest, id: questionId, ciphertext, asked_at: new Date(context.clock.now()) };
    if (!(await insertQuestion(tx, row, { id: answerId, jobId }, { answeredHere }))) return undefined;
    if (wantedModelId !== null) await setWantedModel(tx, answerId, wantedModelId);
    if (await joinWaiting(context, tx, row)) return undefined;
    return { id: answerId, tries: 0 };
  };
  const submission = { place: turn, begin, jobId, inputTokens: estimateTokens(text), answeredHere };
  const begun = await submit(context, tx, submission, payer);
  return begun && { ...begun, questionId };
}
