import { UserError } from '../../kernel/errors.ts';
import type { Call, ModelInfo } from '../../sdk/index.ts';
import type { Needs } from './chat.ts';

type Asked = Pick<Call, 'caller' | 'guildId' | 'channelId'>;

/** The models that the caller may talk with here, default first. */
export function allowedModels(context: Needs<'access' | 'models'>, call: Asked): ModelInfo[] {
  return context.models.list().filter(({ id }) => decide(context, call, id).allowed);
}

/** Throws a UserError that says what is missing, and has it recorded, when the caller may not talk with it here. */
export function checkModel(context: Needs<'access' | 'audit'>, call: Asked, { id }: ModelInfo): void {
  const decision = decide(context, call, id);
  if (decision.allowed) return;
  const { because, rule } = decision;
  const error = new UserError(`refused.${because}.models`, `${id} is not allowed (${rule})`, { name: id, rule });
  const { caller, guildId, channelId } = call;
  const details = { ...error.data, kind: 'model' };
  context.audit.refused({ actorId: caller.userId, targetId: id, guildId, channelId, reason: error.code, details });
  throw error;
}

function decide({ access }: Needs<'access'>, call: Asked, id: string) {
  return access.decide(call.caller, call, { kind: 'model', id });
}
