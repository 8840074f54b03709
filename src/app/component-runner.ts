import { ComponentType, InteractionType, MessageFlags } from 'discord-api-types/v10';
import type {
  APIMessageComponentInteraction,
  APIModalSubmitInteraction,
  ModalSubmitComponent,
} from 'discord-api-types/v10';
import type { Clock } from '../kernel/clock.ts';
import { StartError, UserError } from '../kernel/errors.ts';
import type { Discord, InteractionReplies } from '../platform/discord/index.ts';
import type { Texts } from '../platform/texts/index.ts';
import { parseCustomId } from '../sdk/index.ts';
import type { Call, ComponentCall, ComponentHandler, ParsedCustomId } from '../sdk/index.ts';
import { callerOfInteraction, placeOfInteraction } from './calls.ts';
import type { CommandRegistry } from './commands.ts';
import { checkAllowed, recordingRefusal } from './refusals.ts';
import type { AskedAction, AccessGate } from './refusals.ts';
import type { AllowedUse, UseLimits } from './use-limits.ts';

const acknowledgeAfterMs = 1500;

export interface RegisteredComponent {
  feature: string;
  handler: ComponentHandler;
  texts: Texts;
}

interface ComponentRunnerOptions extends AccessGate {
  /** By `feature/action`. */
  components: ReadonlyMap<string, RegisteredComponent>;
  /** For the commands whose right components need. */
  registry: Pick<CommandRegistry, 'named'>;
  useLimits: UseLimits;
  discord: Discord;
  appTexts: Texts;
  clock: Clock;
}

export type PressedInteraction = APIMessageComponentInteraction | APIModalSubmitInteraction;

/** Throws a StartError when a component needs the right to a command that does not exist. */
export function checkComponentRights(
  components: ComponentRunnerOptions['components'],
  registry: Pick<CommandRegistry, 'named'>,
): void {
  for (const [name, { handler }] of components) {
    const missing = commandsOf(handler).find((command) => !registry.named(command));
    if (missing !== undefined) {
      throw new StartError(
        `The component "${name}" needs the right to the command "${missing}", which does not exist.`,
      );
    }
  }
}

const commandsOf = ({ right }: ComponentHandler): readonly string[] => ('commands' in right ? right.commands : []);

/** Runs presses of buttons, choices in selects and submitted modals by their custom id. */
export function createComponentRunner(options: ComponentRunnerOptions): (pressed: PressedInteraction) => Promise<void> {
  return async (interaction) => {
    const replies = options.discord.actions.interaction(interaction);
    const id = parseCustomId(interaction.data.custom_id);
    const registered = id && options.components.get(`${id.feature}/${id.action}`);
    const texts = registered?.texts ?? options.appTexts;
    const timer = options.clock.after(acknowledgeAfterMs, () => {
      replies.deferUpdate().catch(() => undefined);
    });
    try {
      if (!id || !registered || registered.handler.version !== id.version) {
        throw new UserError('errors.expired', 'unknown component');
      }
      await options.discord.visits.open(interaction);
      const place = placeOfInteraction(interaction, options.discord);
      const caller = callerOfInteraction(interaction, options.access.administrators, place);
      const call = { ...place, caller, t: texts.in(interaction.locale) };
      await checkVisit(options, interaction, call);
      const use = await admit(options, registered, id, call, interaction.locale);
      await use.run(() => registered.handler.run(componentCall(interaction, replies, call, id)));
    } catch (error) {
      const where = { component: id && `${id.feature}/${id.action}` };
      await replies.refuse({ content: options.failures.explain(error, texts, interaction.locale, where) });
    } finally {
      timer.cancel();
    }
  };
}

/**
 * Throws a UserError in a visit for anybody but who installed the bot, who would pay, and below an answer that can no longer be
 * changed. What a person alone sees answers for itself.
 */
async function checkVisit(
  { discord }: ComponentRunnerOptions,
  { message }: PressedInteraction,
  { visit, caller }: Call,
): Promise<void> {
  if (!visit) return;
  if (caller.userId !== visit.userId) {
    throw new UserError('errors.visit-other', 'not their visit', { user: `<@${visit.userId}>` });
  }
  const isPublic = message !== undefined && ((message.flags ?? 0) & MessageFlags.Ephemeral) === 0;
  if (isPublic && !(await discord.visits.isOpen(visit))) throw new UserError('errors.visit-over', 'the visit is over');
}

/** Throws a UserError unless the presser may use the component, and every command whose right it needs, here and now. */
async function admit(
  options: ComponentRunnerOptions,
  { feature, handler }: RegisteredComponent,
  { action: name }: ParsedCustomId,
  call: Call,
  locale: string,
): Promise<AllowedUse> {
  const pressed: AskedAction = { kind: 'component', feature, name, access: handler.access ?? 'everyone' };
  for (const action of [pressed, ...commandsOf(handler).map((command) => commandAction(options.registry, command))]) {
    await recordingRefusal(options, action, call, () => checkAllowed(options, action, call, locale));
  }
  return recordingRefusal(options, pressed, call, () => options.useLimits.take(handler.limit, call.caller));
}

function commandAction(registry: Pick<CommandRegistry, 'named'>, name: string): AskedAction {
  const registered = registry.named(name);
  if (!registered) throw new Error(`There is no command "${name}".`);
  return { kind: 'command', feature: registered.feature, name, access: registered.command.access };
}

function componentCall(
  interaction: PressedInteraction,
  replies: InteractionReplies,
  call: Call,
  { id }: ParsedCustomId,
): ComponentCall {
  return {
    ...call,
    id,
    values: 'values' in interaction.data ? interaction.data.values : [],
    fields: interaction.type === InteractionType.ModalSubmit ? fieldsOf(interaction.data.components) : {},
    message: interaction.message,
    reply: async (message, how) => void (await replies.reply(message, { ephemeral: how?.ephemeral ?? true })),
    update: (message) => replies.update(message),
    acknowledge: () => replies.deferUpdate(),
    modal: (modal) => replies.modal(modal),
  };
}

/** Text inputs of both generations: inside action rows, and inside labels. */
function fieldsOf(components: readonly unknown[]): Record<string, string> {
  const inputs = (components as readonly { component?: ModalSubmitComponent; components?: ModalSubmitComponent[] }[])
    .flatMap((row) => row.components ?? (row.component ? [row.component] : []))
    .filter((input) => input.type === ComponentType.TextInput);
  return Object.fromEntries(inputs.map((input) => [input.custom_id, 'value' in input ? String(input.value) : '']));
}
