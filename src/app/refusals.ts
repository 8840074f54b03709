import { UserError } from '../kernel/errors.ts';
import type { AccessService, Action, Decision } from '../services/access/index.ts';
import type { Audit } from '../services/audit/index.ts';
import { isVisit } from '../sdk/index.ts';
import type { Call } from '../sdk/index.ts';
import type { FailureTexts } from './failures.ts';

/** Whom the edges of the bot ask: what people call passes through `checkAllowed`, and what is refused is recorded. */
export interface AccessGate {
  access: AccessService;
  audit: Pick<Audit, 'refused'>;
  failures: FailureTexts;
}

/** What people call by name; all but a model. */
export type AskedAction = Exclude<Action, { kind: 'model' }>;

type Asked = Pick<Call, 'caller' | 'guildId' | 'channelId' | 'names'>;
/** With the person whom the call concerns, where there is one. */
type Recorded = Asked & { targetId?: string | null };

/** Throws a UserError that says what is missing when this caller may not do this here. */
export function checkAllowed({ access, failures }: AccessGate, action: Action, call: Asked, locale?: string): void {
  const { caller, guildId, channelId } = call;
  const decision = access.decide(caller, { guildId, channelId }, action);
  if (!decision.allowed) throw refusalOf(decision, failures, locale);
}

function refusalOf(
  decision: Extract<Decision, { allowed: false }>,
  failures: FailureTexts,
  locale: string | undefined,
): UserError {
  const { rule } = decision;
  if (decision.because === 'rank') {
    const who = failures.in(locale)(`who.${decision.needed}`);
    return new UserError('errors.not-allowed', `only ${decision.needed}`, { who, rule });
  }
  const { kind, name } = decision.missing;
  return new UserError(`refused.${decision.because}.${kind}`, `${name} is not allowed (${rule})`, { name, rule });
}

/** Runs the checks of a call, and resolves as they do; when one of them refuses it, that is recorded with its reason. */
export async function recordingRefusal<Checked>(
  { audit }: AccessGate,
  action: AskedAction,
  { caller, guildId, channelId, names, targetId = null }: Recorded,
  checks: () => Checked | Promise<Checked>,
): Promise<Checked> {
  try {
    return await checks();
  } catch (error) {
    if (error instanceof UserError) {
      const name = 'name' in action ? action.name : null;
      audit.refused({
        actorId: caller.userId,
        targetId,
        guildId,
        // A visit is no place that could be named later.
        channelId: channelId === '' || isVisit(channelId) ? null : channelId,
        reason: error.code,
        details: { ...error.data, kind: action.kind, feature: action.feature, name },
        // A visitor is nobody whose name could be deleted later.
        ...(isPerson(caller.userId) && { names: { ...names, [caller.userId]: caller.displayName } }),
      });
    }
    throw error;
  }
}

const isPerson = (userId: string): boolean => /^\d+$/.test(userId);
