import type { Texts, Translate } from '../platform/texts/index.ts';
import type { RecordedEntry } from '../services/audit/index.ts';
import { detail } from './audit-names.ts';
import type { AuditNames } from './audit-names.ts';

interface Telling {
  entry: RecordedEntry;
  names: AuditNames;
  t: Translate;
  has: Texts['has'];
}

/** Who was refused what, and why. */
export function refusalSentence(telling: Telling): string {
  const { entry, names, t } = telling;
  const { actorId, targetId } = entry;
  const asked = askedText(telling);
  const fills = { actor: names.person(actorId), asked, why: whyText(telling) };
  const concerns = targetId !== null && !asked.includes(targetId);
  return concerns
    ? t('audit.refused-concerning', { ...fills, target: names.person(targetId) })
    : t('audit.refused', fills);
}

function askedText({ entry, t, has }: Telling): string {
  const { details, targetId } = entry;
  const kind = detail(details, 'kind');
  if (has(`audit.asked.${kind}`)) {
    const name = detail(details, 'name') || detail(details, 'feature');
    const feature = detail(details, 'feature');
    return t(`audit.asked.${kind}`, { name: kind === 'command' ? name : `${feature}/${name}` });
  }
  if (details['request'] !== undefined || targetId === null) return t('audit.asked.answer');
  return t('audit.asked.model', { name: targetId });
}

/** The nearest text to the refusal's code: `refused.own` for `refused.own.micros`. The code itself where there is none. */
function whyText({ entry, names, t, has }: Telling): string {
  const { reason, details } = entry;
  const steps = reason.split('.');
  const last = steps.at(-1) ?? '';
  const code = [reason, steps.slice(0, -1).join('.')].find((key) => key.includes('.') && has(`audit.why.${key}`));
  if (code === undefined) return reason;
  const told = Object.fromEntries(Object.keys(details).map((name) => [name, names.inText(detail(details, name))]));
  const named = (key: string) => (has(key) ? t(key) : last);
  return t(`audit.why.${code}`, {
    ...told,
    unit: named(`audit.units.${last}`),
    scope: named(`audit.pools.${last}`),
    period: has(`audit.spans.${told['period']}`) ? t(`audit.spans.${told['period']}`) : '',
    ...(details['left'] !== undefined && { context: 'left' }),
  });
}
