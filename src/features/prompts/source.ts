import { z } from 'zod';
import type { JsonObject } from '../../kernel/json.ts';
import type { AskOption, PromptSource } from '../../sdk/index.ts';
import { referenceTo } from './choices.ts';
import { suggestPrompts } from './commands/system.ts';
import { layersFor } from './layers.ts';
import type { PromptReference } from './rules.ts';
import type { PromptContext } from './settings.ts';
import { scopeText } from './show.ts';

/** The prompt chosen with `/ask`, as stored with the turn. */
const extra = z.object({
  systemPrompt: z.union([z.strictObject({ id: z.string() }), z.strictObject({ configured: z.string() })]),
});

/** Undefined when none was chosen with the turn. */
export const requestedIn = (data: JsonObject | undefined): PromptReference | undefined =>
  extra.safeParse(data).data?.systemPrompt;

/** The system prompt of a turn, unless it is the default. */
export const systemSource = (context: PromptContext): PromptSource => ({
  name: 'system-prompt',
  place: 'system',
  keep: 'always',
  collect: async ({ place, asker, openedThread, extra: data }) => {
    // A new thread has made it its own prompt, which may have been changed since.
    const requested = openedThread ? undefined : requestedIn(data);
    const read = context.vault.reader(context.db);
    const [{ scope, text }] = await layersFor(context, read, { ...place, userId: asker.userId, requested });
    const t = context.texts.in(undefined);
    const label = t('system.label', { from: scopeText(scope, t) });
    return [{ content: text, label, replacesDefault: scope }];
  },
});

/** `/ask system:` chooses a prompt for the new thread. */
export const systemOption = (context: PromptContext): AskOption => ({
  name: 'system',
  description: context.texts.in(undefined)('ask-option'),
  maxLength: 100,
  suggest: (call) => suggestPrompts(context, { ...call, t: context.texts.in(undefined) }),
  read: async (call, name) => ({ systemPrompt: await referenceTo(context, call, name) }),
});
