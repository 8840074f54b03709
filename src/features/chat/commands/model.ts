import { UserError } from '../../../kernel/errors.ts';
import { shortChoices, shortLabel } from '../../../kernel/long-names.ts';
import { actOf, defineCommand } from '../../../sdk/index.ts';
import type { Call, Command, CommandCall, ModelInfo, SuggestCall } from '../../../sdk/index.ts';
import { allowedModels, checkModel } from '../allowed-models.ts';
import { chooseModel } from '../chat.ts';
import { modelMeant } from '../actions/model-select.ts';
import { sourceOf } from '../actions/settings-in-force.ts';
import { canConfigureConversation, setForConversation, settingsOf, valuesOf } from '../turns/conversations.ts';
import type { Needs } from '../chat.ts';

const reset = 'default';
/** Names of models are longer than Discord's choices, and can be pasted. */
const longestName = 500;

type ModelCallHere = CommandCall<{ name: string | undefined }>;
type ModelCall = ModelCallHere & { scope: 'user' | 'guild' };

/**
 * Chooses the model for oneself or for a conversation, or, for people who manage the server, what the server gets unless a
 * member chose.
 */
export function modelCommands(
  context: Needs<'access' | 'audit' | 'clock' | 'db' | 'discord' | 'models' | 'settings'>,
): Command[] {
  const suggest = (call: SuggestCall) => Promise.resolve(suggestions(context, call));
  return [
    defineCommand({
      name: 'model',
      options: {
        name: { type: 'string', maxLength: longestName, suggest },
        where: { type: 'string', choices: ['here', 'everywhere'] },
      },
      access: 'everyone',
      ephemeral: true,
      run: (call) =>
        call.options.where === 'here' ? chooseHere(context, call) : choose(context, { ...call, scope: 'user' }),
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

function suggestions(context: Needs<'access' | 'models'>, call: SuggestCall): { name: string; value: string }[] {
  const wanted = call.text.toLowerCase();
  const ids = allowedModels(context, call).map((model) => model.id);
  const wantedIds = [...ids, reset].filter((id) => id.toLowerCase().includes(wanted));
  return shortChoices(wantedIds).map(({ label, value }) => ({ name: label, value }));
}

/** Undefined for what follows the next setting that applies. Throws a UserError for a model that may not be chosen. */
function chosen(context: Needs<'access' | 'audit' | 'models'>, call: Call, name: string): ModelInfo | undefined {
  if (name === reset) return undefined;
  const model = modelMeant(context, name);
  if (!model) throw new UserError('model.unknown', 'no such model', { name: shortLabel(name.replaceAll('`', "'")) });
  checkModel(context, call, model);
  return model;
}

async function choose(
  context: Needs<'access' | 'audit' | 'db' | 'models' | 'settings'>,
  call: ModelCall,
): Promise<void> {
  const { caller, guildId, options, reply, scope, t } = call;
  const { name } = options;
  const model = name === undefined ? undefined : chosen(context, call, name);
  if (name !== undefined) {
    const current = () => chooseModel(context, context.settings.peek({ guildId })).id;
    const before = current();
    await context.settings.set(scope, scope === 'user' ? caller.userId : (guildId ?? ''), 'model', model?.id);
    // What members choose for themselves is their own affair.
    if (scope === 'guild') {
      const details = { before, after: current(), reset: model === undefined };
      await context.audit.record(context.db, actOf(call, { action: 'set-server-model', targetId: guildId, details }));
    }
  }
  if (scope === 'guild') {
    const key = name === undefined ? 'current' : name === reset ? 'reset' : 'set';
    await reply({
      content: t(`model.guild.${key}`, { model: chooseModel(context, context.settings.peek({ guildId })).id }),
    });
    return;
  }
  const here = await inForce(context, call);
  if (!model) {
    await reply({ content: name === undefined ? here.text : `${t('model.user.reset')} ${here.text}` });
    return;
  }
  const set = t('model.user.set', { model: model.id });
  await reply({ content: here.id === model.id ? set : `${set} ${t('model.nearer')} ${here.text}` });
}

/** For everyone in the conversation, as its settings do. */
async function chooseHere(
  context: Needs<'access' | 'audit' | 'clock' | 'db' | 'discord' | 'models' | 'settings'>,
  call: ModelCallHere,
): Promise<void> {
  const { reply, t } = call;
  const { name } = call.options;
  if (name === undefined) {
    await reply({ content: (await inForce(context, call)).text });
    return;
  }
  if (!(await canConfigureConversation(context, call))) {
    throw new UserError('settings.not-yours', 'only moderators and the one who opened the conversation');
  }
  const model = chosen(context, call, name);
  await setForConversation(context, call, 'model', model?.id);
  const done = model
    ? t('model.here.set', { model: model.id })
    : `${t('model.here.reset')} ${(await inForce(context, call)).text}`;
  await reply({ content: done });
}

/** The model that answers the caller here, and what chose it. */
async function inForce(
  context: Needs<'db' | 'models' | 'settings'>,
  call: Call,
): Promise<{ id: string; text: string }> {
  const { guildId, channelId, caller, t } = call;
  const place = { guild_id: guildId, channel_id: channelId, author_id: caller.userId };
  const [settings, own] = await Promise.all([settingsOf(context, place), valuesOf(context.db, channelId)]);
  const source = await sourceOf(context, call, own, 'model', settings);
  const { id } = chooseModel(context, settings);
  return { id, text: t('model.user.current', { model: id, source: t(`scopes.${source}`) }) };
}
