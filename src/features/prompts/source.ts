import { z } from 'zod';
import type { JsonObject } from '../../kernel/json.ts';
import type { AskOption, PromptSource } from '../../sdk/index.ts';
import { referenceTo } from './choices.ts';
import { suggestPrompts } from './commands/system.ts';
import { layersFor } from './layers.ts';
import type { PromptReference } from './rules.ts';
import type { PromptContext } from './settings.ts';
import { scopeText } from './show.ts';

/** The prompt that was chosen with `/ask`, as it is kept with the turn. */
const extra = z.object({
  systemPrompt: z.union([z.strictObject({ id: z.string() }), z.strictObject({ configured: z.string() })]),
});

/** Undefined when none was chosen with the turn. */
export const requestedIn = (data: JsonObject | undefined): PromptReference | undefined =>
  extra.safeParse(data).data?.systemPrompt;

/** The system prompt that applies to a turn, unless that is the default. */
export const systemSource = (context: PromptContext): PromptSource => ({
  name: 'system-prompt',
  place: 'system',
  keep: 'always',
  collect: async ({ place, asker, openedThread, extra: data }) => {
    // In a thread of its own it has become that conversation's, which may have another one by now.
    const requested = openedThread ? undefined : requestedIn(data);
    const read = context.vault.reader(context.db);
    const [{ scope, text }] = await layersFor(context, read, { ...place, userId: asker.userId, requested });
    const t = context.texts.in(undefined);
    const label = t('system.label', { from: scopeText(scope, t) });
    return [{ content: text, label, replacesDefault: scope }];
  },
});

/** `/ask system:` chooses a prompt for the thread that is opened. */
export const systemOption = (context: PromptContext): AskOption => ({
  name: 'system',
  description: context.texts.in(undefined)('ask-option'),
  maxLength: 100,
  suggest: (call) => suggestPrompts(context, { ...call, t: context.texts.in(undefined) }),
  read: async (call, name) => ({ systemPrompt: await referenceTo(context, call, name) }),
});
