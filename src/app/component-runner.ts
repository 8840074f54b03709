import { ComponentType, InteractionType } from 'discord-api-types/v10';
import type {
  APIMessageComponentInteraction,
  APIModalSubmitInteraction,
  ModalSubmitComponent,
} from 'discord-api-types/v10';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/errors.ts';
import type { Discord } from '../platform/discord/index.ts';
import type { Texts } from '../platform/texts/index.ts';
import { parseCustomId } from '../sdk/index.ts';
import type { ComponentHandler } from '../sdk/index.ts';
import { callerOfInteraction } from './calls.ts';
import { checkAllowed, recordingRefusal } from './refusals.ts';
import type { Doorkeeper } from './refusals.ts';

const acknowledgeAfterMs = 1500;

interface RegisteredComponent {
  feature: string;
  handler: ComponentHandler;
  texts: Texts;
}

interface ComponentRunnerOptions extends Doorkeeper {
  /** By `feature/action`. */
  components: ReadonlyMap<string, RegisteredComponent>;
  discord: Discord;
  appTexts: Texts;
  clock: Clock;
}

export type PressedInteraction = APIMessageComponentInteraction | APIModalSubmitInteraction;

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
      const call = {
        caller: callerOfInteraction(interaction, options.access.administrators),
        guildId: interaction.guild_id ?? null,
        channelId: interaction.channel?.id ?? '',
        calledId: interaction.id,
        t: texts.in(interaction.locale),
      };
      const { feature, handler } = registered;
      const action = { kind: 'component' as const, feature, name: id.action, access: handler.access ?? 'everyone' };
      await recordingRefusal(options, action, call, () => checkAllowed(options, action, call, interaction.locale));
      await handler.run({
        ...call,
        id: id.id,
        values: 'values' in interaction.data ? interaction.data.values : [],
        fields: interaction.type === InteractionType.ModalSubmit ? fieldsOf(interaction.data.components) : {},
        message: interaction.message,
        reply: async (message, how) => void (await replies.reply(message, { ephemeral: how?.ephemeral ?? true })),
        update: (message) => replies.update(message),
        acknowledge: () => replies.deferUpdate(),
        modal: (modal) => replies.modal(modal),
      });
    } catch (error) {
      const where = { component: id && `${id.feature}/${id.action}` };
      await replies.refuse({ content: options.failures.explain(error, texts, interaction.locale, where) });
    } finally {
      timer.cancel();
    }
  };
}

/** Text inputs of both generations: inside action rows, and inside labels. */
function fieldsOf(components: readonly unknown[]): Record<string, string> {
  const inputs = (components as readonly { component?: ModalSubmitComponent; components?: ModalSubmitComponent[] }[])
    .flatMap((row) => row.components ?? (row.component ? [row.component] : []))
    .filter((input) => input.type === ComponentType.TextInput);
  return Object.fromEntries(inputs.map((input) => [input.custom_id, 'value' in input ? String(input.value) : '']));
}
