import { UserError } from '../../../kernel/errors.ts';
import { defineCommand } from '../../../sdk/index.ts';
import type { Call, Command, ModelInfo, SuggestCall } from '../../../sdk/index.ts';
import { allowedModels, checkModel } from '../allowed-models.ts';
import type { ChatContext } from '../chat.ts';
import { threadPlace } from '../ways-in/place.ts';
import { channelOf } from '../ways-in/store.ts';
import { takeAsked } from '../ways-in/take.ts';

/** How long the asker waits to hear which thread it is; a question that waits in line gets its thread later. */
const threadWaitMs = 8000;
const lookAgainMs = 100;

/** Asks in a thread of its own; in a thread or a direct message, there. */
export function askCommand(context: ChatContext): Command {
  return defineCommand({
    name: 'ask',
    options: {
      prompt: { type: 'string', required: true, maxLength: 6000, takesRest: true },
      model: { type: 'string', maxLength: 100, suggest: (call) => Promise.resolve(suggestions(context, call)) },
      file: { type: 'attachment' },
    },
    access: 'everyone',
    ephemeral: true,
    run: async ({ options, source, reply, ...call }) => {
      const model = options.model === undefined ? undefined : modelNamed(context, call, options.model);
      const thread = await threadPlace(context, call);
      const byMessage = source === 'prefix';
      const threadIn = thread === 'possible' ? call.channelId : null;
      const questionId = await takeAsked(context, call, {
        text: options.prompt,
        way: { kind: 'ask', threadIn, ...(byMessage && threadIn !== null ? { startsAt: call.calledId } : {}) },
        attachments: options.file ? [options.file] : [],
        model,
        ...(byMessage && threadIn === null ? { messageId: call.calledId } : {}),
      });
      const { t } = call;
      if (threadIn === null) {
        const why = thread === 'here' ? '' : ` ${t(`ask.${thread}`)}`;
        if (!byMessage || why !== '') await reply({ content: t('ask.here') + why });
      } else if (!byMessage) {
        const threadId = await openedThread(context, questionId, threadIn);
        await reply({ content: threadId === undefined ? t('ask.later') : t('ask.thread', { thread: threadId }) });
      }
    },
  });
}

function suggestions(context: ChatContext, call: SuggestCall): { name: string; value: string }[] {
  const wanted = call.text.toLowerCase();
  return allowedModels(context, call)
    .filter(({ id }) => id.toLowerCase().includes(wanted) && id.length <= 100)
    .map(({ id }) => ({ name: id, value: id }));
}

function modelNamed(context: ChatContext, call: Call, name: string): ModelInfo {
  const model = context.models.find(name);
  if (!model) {
    throw new UserError('model.unknown', 'no such model', { name: name.replaceAll('`', "'").slice(0, 100) });
  }
  checkModel(context, call, model);
  return model;
}

/** The thread that a worker opens for a question; undefined when that takes long. */
async function openedThread(context: ChatContext, questionId: string, askedIn: string): Promise<string | undefined> {
  const untilMs = context.clock.now() + threadWaitMs;
  do {
    const channelId = await channelOf(context.db, questionId);
    if (channelId === undefined) return undefined;
    if (channelId !== askedIn) return channelId;
    await context.clock.sleep(lookAgainMs);
  } while (context.clock.now() < untilMs);
  return undefined;
}
