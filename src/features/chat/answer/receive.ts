import type { ChatEvent, ModelInfo } from '../../../sdk/index.ts';
import type { Notice } from '../notice.ts';
import type { HeldFiles } from '../prompt/question-files.ts';
import type { Attempt, Draft } from './draft.ts';
import type { AnswerTask } from './task.ts';
import { followThinking } from './thinking.ts';
import type { Step, ToolCall } from './tool-steps.ts';
import type { WaitSigns } from './wait-signs.ts';

interface Receiver {
  task: AnswerTask;
  signs: WaitSigns;
  files: HeldFiles;
}

/**
 * Shows what the model says as it comes, and resolves to the draft with it, also when the stream fails. `step` is what the
 * model said when it waits for the results of calls; undefined at its end.
 */
export async function receive(
  { task, signs, files }: Receiver,
  draft: Draft,
  events: AsyncIterable<ChatEvent>,
): Promise<Attempt & { step?: Step }> {
  const { context, screen, before } = task;
  const thinking = followThinking(task);
  const notices: Notice[] = [...draft.notices];
  const calls: ToolCall[] = [];
  let { model, text, thoughts, thinksInSecret, finish } = draft;
  let message: Step['message'] | undefined;
  const received = (): Draft => ({ ...draft, model, text, thoughts, thinksInSecret, finish, notices });
  try {
    for await (const event of events) {
      if (event.type === 'start') {
        files.sent();
        context.checkpoint('asked');
        if (event.modelId !== draft.model.id) {
          notices.push(fallbackNotice(draft.model, event.modelId));
          model = context.models.find(event.modelId) ?? draft.model;
        }
      } else if (event.type === 'reasoning') {
        signs.thinks();
        thinking.thinks();
        thoughts += event.text;
        thinksInSecret ||= event.text === '';
      } else if (event.type === 'reset') {
        thoughts += text.slice(draft.text.length);
        text = draft.text;
      } else if (event.type === 'text') {
        signs.end();
        notices.push(...thinking.ends());
        text += text === draft.text && text !== before.text ? asNextStep(text, event.text) : event.text;
        screen.live.update(text);
        context.checkpoint('streaming');
      } else if (event.type === 'tool-call') {
        calls.push({ id: event.id, name: event.name, input: event.input });
      } else if (event.type === 'finish') {
        finish = event.reason;
        message = event.message;
        if (finish === 'tool-calls' && calls.length > 0) break;
        if (finish === 'refused') notices.push({ key: 'notices.refused', data: { model: model.id } });
      }
    }
  } catch (error) {
    notices.push(...thinking.ends());
    return { draft: received(), failure: { error } };
  }
  notices.push(...thinking.ends());
  if (finish !== 'tool-calls' || calls.length === 0 || !message) return { draft: received() };
  return { draft: received(), step: { message, calls, text, thoughts } };
}

const fallbackNotice = (asked: ModelInfo, modelId: string): Notice => ({
  key: 'notices.fallback',
  data: { asked: asked.id, model: modelId },
});

/** The first words of a step begin a new paragraph below the step before. */
const asNextStep = (text: string, words: string): string => (/\S$/.test(text) ? `\n\n${words.trimStart()}` : words);
