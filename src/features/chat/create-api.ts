import type { ModelInfo, Tx } from '../../sdk/index.ts';
import { settingsView } from './actions/settings-panel.ts';
import type { ChatApi, ConversationPlace, NewTurn, PastTurn, Window } from './api.ts';
import { decryptExchange } from './chat.ts';
import type { ChatContext, Needs } from './chat.ts';
import { longestAnswer, messageOverheadTokens } from './prompt/fit.ts';
import { canConfigureConversation, settingsOf } from './turns/conversations.ts';
import { channelsWithTurns, exchangesAfter, forgotten, lockedRevisions, revisionOf } from './turns/past-store.ts';
import { modelOf, submitTurn, turnIds } from './turns/submit.ts';
import { turnShownIn } from './view/voice-store.ts';
import { storedVoice } from './view/voice.ts';

export function createChatApi(context: ChatContext): ChatApi {
  return {
    ask: (tx, feature, turn) => ask(context, tx, feature, turn),
    windowAt: (place) => windowAt(context, place),
    turnsAfter: (channelId, afterMs) => turnsAfter(context, channelId, afterMs),
    areUnchanged: async (tx, turns) => {
      if (turns.length === 0) return true;
      const revisions = await lockedRevisions(
        tx,
        turns.map(({ id }) => id),
      );
      return turns.every(({ id, revision }) => revisions.get(id) === revision);
    },
    speakerIn: (messageId) => speakerIn(context, messageId),
    tokensOf: (model, said) => tokensOf(context, model, said),
    mayConfigure: (call) => canConfigureConversation(context, call),
    settingsPanel: (call) => settingsView(context, { ...call, t: context.texts.in(undefined) }),
    channelsWithTurns,
    defaultSystemPrompt: context.settings.instance.systemPrompt,
  };
}

async function ask(
  context: Needs<'clock' | 'db' | 'ids' | 'jobs' | 'models' | 'settings' | 'spending' | 'vault'>,
  tx: Tx,
  feature: string,
  turn: NewTurn,
): Promise<{ turnId: string }> {
  const { key, caller, guildId, channelId, text, attachments = [], messageId, model: modelId, extra } = turn;
  const place = { guild_id: guildId, channel_id: channelId, author_id: caller.userId };
  const cameAs = `${feature}/${key}`;
  const wantedModelId = modelId ?? null;
  const model = await modelOf(context, place, wantedModelId);
  const row = {
    ...place,
    cameAs,
    message_id: messageId ?? null,
    origin: messageId === undefined ? ('command' as const) : ('message' as const),
    question: {
      name: caller.displayName.replace(/\s+/g, ' '),
      text,
      attachments: [...attachments],
      ...(messageId === undefined && { source: { kind: 'ask' as const, threadIn: null } }),
      ...(extra && { extras: { [feature]: extra } }),
    },
    wantedModelId,
  };
  await submitTurn(context, tx, row, { caller, model });
  return { turnId: turnIds(cameAs).questionId };
}

async function windowAt(
  context: Needs<'db' | 'models' | 'settings' | 'spending'>,
  { guildId, channelId, userId }: ConversationPlace,
): Promise<Window> {
  const place = { guild_id: guildId, channel_id: channelId, author_id: userId };
  const [settings, model] = await Promise.all([settingsOf(context, place), modelOf(context, place)]);
  return {
    model,
    roomTokens: model.contextTokens - longestAnswer(settings, model),
    mostSent: settings.historySent,
    mostKept: settings.historyKept,
  };
}

async function turnsAfter(
  context: Needs<'db' | 'vault'>,
  channelId: string,
  afterMs: number | undefined,
): Promise<PastTurn[]> {
  const read = context.vault.reader(context.db);
  const rows = await exchangesAfter(context.db, channelId, afterMs === undefined ? undefined : new Date(afterMs));
  return Promise.all(
    rows.map(async (row): Promise<PastTurn> => {
      const { question, ended, tries, contextAuthorIds } = row;
      const exchange = await decryptExchange(read, row);
      const { shown_id: shownId, edited_at: editedAt, message_id: askedId, parts } = question;
      return {
        id: question.id,
        askedAtMs: question.asked_at.getTime(),
        authorId: question.author_id,
        messageIds: askedId === null ? parts : [askedId, ...parts],
        contextAuthorIds: contextAuthorIds.filter((id) => id !== forgotten),
        hasForgottenContext: contextAuthorIds.includes(forgotten),
        ended,
        said: exchange && { name: exchange.name, question: exchange.question, answer: exchange.answer },
        revision: revisionOf({ shownId, editedAt, tries, contextAuthorIds }),
      };
    }),
  );
}

async function speakerIn({ db, vault }: Needs<'db' | 'vault'>, messageId: string): Promise<string | undefined> {
  const turn = await turnShownIn(db, messageId);
  return turn && (await storedVoice(db, vault.reader(db), turn))?.speaker.name;
}

async function tokensOf({ models }: Needs<'models'>, model: ModelInfo, said: PastTurn['said']): Promise<number> {
  if (!said) return 0;
  const texts = [`${said.name}: ${said.question}`, said.answer ?? ''];
  const sizes = await Promise.all(texts.map((text) => models.countTokens(model.id, text)));
  return sizes.reduce((sum, size) => sum + size + messageOverheadTokens, 0);
}
