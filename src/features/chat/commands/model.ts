import { UserError } from '../../../kernel/errors.ts';
import { shortChoices, shortLabel } from '../../../kernel/long-names.ts';
import { actOf, defineCommand } from '../../../sdk/index.ts';
import type { Command, CommandCall, SuggestCall } from '../../../sdk/index.ts';
import { allowedModels, checkModel } from '../allowed-models.ts';
import { chooseModel } from '../chat.ts';
import { modelMeant } from '../actions/model-select.ts';
import type { ChatContext } from '../chat.ts';

const reset = 'default';
/** Names of models are longer than Discord's choices, and can be pasted. */
const longestName = 500;

type ModelCall = CommandCall<{ name: string | undefined }> & { scope: 'user' | 'guild' };

/** Chooses the model for oneself, or, for people who manage the server, what the server gets unless a member chose. */
export function modelCommands(context: ChatContext): Command[] {
  const suggest = (call: SuggestCall) => Promise.resolve(suggestions(context, call));
  return [
    defineCommand({
      name: 'model',
      options: { name: { type: 'string', maxLength: longestName, suggest } },
      access: 'everyone',
      ephemeral: true,
      run: (call) => choose(context, { ...call, scope: 'user' }),
    }),
    defineCommand({
      name: 'server-model',
      options: { name: { type: 'string', maxLength: longestName, suggest } },
      access: 'guild-administrator',
      places: ['guild'],
      ephemeral: true,
      run: (call) => choose(context, { ...call, scope: 'guild' }),
    }),
  ];
}

function suggestions(context: ChatContext, call: SuggestCall): { name: string; value: string }[] {
  const wanted = call.text.toLowerCase();
  const ids = allowedModels(context, call).map((model) => model.id);
  const wantedIds = [...ids, reset].filter((id) => id.toLowerCase().includes(wanted));
  return shortChoices(wantedIds).map(({ label, value }) => ({ name: label, value }));
}

async function choose(context: ChatContext, call: ModelCall): Promise<void> {
  const { caller, guildId, channelId, options, reply, scope, t } = call;
  const place = { guildId, channelId, ...(scope === 'user' ? { userId: caller.userId } : {}) };
  if (options.name !== undefined) {
    const model = options.name === reset ? undefined : modelMeant(context, options.name);
    if (!model && options.name !== reset) {
      throw new UserError('model.unknown', 'no such model', { name: shortLabel(options.name.replaceAll('`', "'")) });
    }
    if (model) checkModel(context, call, model);
    const current = () => chooseModel(context, context.settings.peek({ guildId })).id;
    const before = current();
    await context.settings.set(scope, scope === 'user' ? caller.userId : (guildId ?? ''), 'model', model?.id);
    // What members choose for themselves is their own affair.
    if (scope === 'guild') {
      const details = { before, after: current(), reset: model === undefined };
      await context.audit.record(context.db, actOf(call, { action: 'set-server-model', targetId: guildId, details }));
    }
  }
  const settings = await context.settings.at(place);
  const key = options.name === undefined ? 'current' : options.name === reset ? 'reset' : 'set';
  await reply({ content: t(`model.${scope}.${key}`, { model: chooseModel(context, settings).id }) });
}
