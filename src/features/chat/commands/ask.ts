import { UserError } from '../../../kernel/errors.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import { shortChoices, shortLabel } from '../../../kernel/long-names.ts';
import { defineCommand, explainedBy } from '../../../sdk/index.ts';
import type { Call, Command, Extension, ModelInfo, OptionSpec, SuggestCall, Translate } from '../../../sdk/index.ts';
import { allowedModels, checkModel } from '../allowed-models.ts';
import type { ChatContext, Needs } from '../chat.ts';
import { modelMeant } from '../actions/model-select.ts';
import { placedSignal } from '../intake/place-turn.ts';
import { threadPlace } from '../intake/places.ts';
import { whereabouts } from '../intake/store.ts';
import { takeAsked } from '../intake/take.ts';
import { tellIfWaiting, waitOf } from '../view/waiting-notices.ts';

/** How long the asker waits to hear which thread it is; a question that waits in line gets its thread later. */
const threadWaitMs = 8000;

/** Asks in a thread of its own; in a thread or a direct message, there. */
export function askCommand(context: ChatContext): Command {
  const command = defineCommand({
    name: 'ask',
    options: {
      prompt: { type: 'string', required: true, maxLength: 6000, takesRest: true },
      model: { type: 'string', maxLength: 500, suggest: (call) => Promise.resolve(suggestions(context, call)) },
      file: { type: 'attachment' },
    },
    access: 'everyone',
    installs: ['guild', 'user'],
    ephemeral: true,
    run: async ({ options, source, reply, ...call }) => {
      const model = options.model === undefined ? undefined : modelNamed(context, call, options.model);
      const extras = await extrasFrom(context, call, options);
      const thread = await threadPlace(context, call);
      const byMessage = source === 'prefix';
      const threadIn = thread === 'possible' ? call.channelId : null;
      const taken = await takeAsked(context, call, {
        text: options.prompt,
        source: {
          kind: 'ask',
          threadIn,
          ...(byMessage && threadIn !== null ? { startsAt: call.calledId } : {}),
        },
        attachments: options.file ? [options.file] : [],
        model,
        extras,
        ...(byMessage && threadIn === null ? { messageId: call.calledId } : {}),
      });
      const { t } = call;
      if (threadIn === null) {
        const why = thread === 'here' ? '' : ` ${t(`ask.${thread}`)}`;
        if (!byMessage || why !== '') await reply({ content: t('ask.here') + why });
        if (!byMessage) await tellIfWaiting(context, { reply, t }, taken.begun);
      } else if (!byMessage) {
        const where = await placeText(context, taken.questionId, threadIn, t);
        const wait = taken.begun && (await waitOf(context, taken.begun, t));
        await reply(wait ? { ...wait, content: `${where}\n${wait.content ?? ''}` } : { content: where });
      }
    },
  });
  return {
    ...command,
    // Read once all features are set up: those of other features belong here, too.
    get options() {
      return { ...command.options, ...Object.fromEntries(context.extensions('askOptions').map(optionOf)) };
    },
  };
}

const optionOf = ({ part }: Extension<'askOptions'>): [string, OptionSpec] => [
  part.name,
  { type: 'string', maxLength: part.maxLength, description: part.description, suggest: (call) => part.suggest(call) },
];

/** What features keep with the turn, by feature. */
async function extrasFrom(
  context: Needs<'extensions'>,
  call: Call,
  options: Readonly<Record<string, unknown>>,
): Promise<Record<string, JsonObject>> {
  const extras: Record<string, JsonObject> = {};
  for (const { feature, texts, part } of context.extensions('askOptions')) {
    const value = options[part.name];
    if (typeof value !== 'string') continue;
    const read = await explainedBy(texts, () => part.read({ ...call, t: texts.in(undefined) }, value));
    extras[feature] = { ...extras[feature], ...read };
  }
  return extras;
}

function suggestions(context: Needs<'access' | 'models'>, call: SuggestCall): { name: string; value: string }[] {
  const wanted = call.text.toLowerCase();
  const ids = allowedModels(context, call).map(({ id }) => id);
  const wantedIds = ids.filter((id) => id.toLowerCase().includes(wanted));
  return shortChoices(wantedIds).map(({ label, value }) => ({ name: label, value }));
}

function modelNamed(context: Needs<'access' | 'audit' | 'models'>, call: Call, name: string): ModelInfo {
  const model = modelMeant(context, name);
  if (!model) {
    throw new UserError('model.unknown', 'no such model', { name: shortLabel(name.replaceAll('`', "'")) });
  }
  checkModel(context, call, model);
  return model;
}

/** Waits until a worker has opened the thread of a question, or shown it where it was asked, and says where that is. */
async function placeText(
  { db, signals }: Needs<'db' | 'signals'>,
  questionId: string,
  askedIn: string,
  t: Translate,
): Promise<string> {
  const look = async (): Promise<string | undefined> => {
    const now = await whereabouts(db, questionId);
    if (now && now.channel_id !== askedIn) return t('ask.thread', { thread: now.channel_id });
    return !now || now.message_id !== null ? `${t('ask.here')} ${t('ask.may-not')}` : undefined;
  };
  return (await signals.until(placedSignal(questionId), look, { withinMs: threadWaitMs })) ?? t('ask.later');
}
