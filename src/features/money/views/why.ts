import type { APIEmbed, APIEmbedField } from 'discord-api-types/v10';
import { plainLine } from '../../../kernel/markdown/plain-line.ts';
import { formatMicros } from '../../../kernel/money.ts';
import { relativeMoment } from '../../../kernel/moments.ts';
import { overrunOf } from '../../../sdk/index.ts';
import type { Amounts, Explanation, Hold, Texts, Translate } from '../../../sdk/index.ts';
import type { MoneyContext } from '../money.ts';
import { beside, countText, field, lines } from './figures.ts';

/** The asker and moderators see it in full; others see whose answer it is, and its model. */
export function whyEmbed(
  explanation: Explanation & { /** Who answered in place of the bot. */ speaker?: string | undefined },
  full: boolean,
  { texts, explain }: Pick<MoneyContext, 'texts' | 'explain'>,
  t: Translate,
): APIEmbed {
  const calls = explanation.holds.filter(({ step }) => step !== 'admission');
  // The answer itself; a title or summary of the same request comes after it.
  const main = calls.findLast(({ state, step }) => state === 'settled' && step === calls[0]?.step) ?? calls.at(-1);
  const asked = explanation.holds[0]?.createdAtMs;
  return {
    title: t('why.title'),
    ...(full
      ? asked !== undefined && { description: t('why.when', { when: relativeMoment(asked) }) }
      : { description: t('why.others', { user: explanation.payerId }) }),
    fields: [
      ...(calls.length > 0 || isRunning(explanation)
        ? [
            field(t('why.model'), modelText(main, full, explanation.speaker, t)),
            ...(full ? [field(t('why.cost'), costText(explanation, calls, t))] : []),
          ]
        : [field(t('why.refused'), refusalText(explanation, full, explain, t))]),
      ...(full ? details(explanation, calls, main, texts, t) : []),
    ],
  };
}

/** Until its job ends, its admission or one of its calls is open. */
const isRunning = ({ holds }: Explanation): boolean => holds.some(({ state }) => state === 'open');

function refusalText({ refusal }: Explanation, full: boolean, explain: MoneyContext['explain'], t: Translate): string {
  return lines(full && refusal !== undefined && explain(refusal), t('why.not-asked'));
}

const factOf = (hold: Hold | undefined, name: string): string | number | undefined => {
  const fact = hold?.facts[name];
  return typeof fact === 'string' || typeof fact === 'number' ? fact : undefined;
};
const modelOf = (hold: Hold | undefined): string | undefined => factOf(hold, 'model')?.toString();

function modelText(main: Hold | undefined, full: boolean, speaker: string | undefined, t: Translate): string {
  const model = modelOf(main);
  if (model === undefined) return t('why.running');
  const asked = factOf(main, 'asked');
  return lines(
    `**${model}**`,
    speaker !== undefined && t('why.speaker', { name: plainLine(speaker, 80) }),
    full && asked !== undefined && asked !== model && t('why.asked', { asked }),
  );
}

const total = (holds: readonly Hold[], amounts: (hold: Hold) => Amounts): number =>
  holds.reduce((sum, hold) => sum + (amounts(hold).micros ?? 0), 0);

function costText(explanation: Explanation, calls: readonly Hold[], t: Translate): string {
  const { payerId } = explanation;
  const charged = total(calls, (hold) => hold.charged);
  const refunded = total(calls, (hold) => hold.refunded);
  const saved = total(calls, (hold) => hold.fromSavings);
  const overrun = total(calls, overrunOf);
  const house = total(calls, (hold) => hold.onInstance) - overrun;
  const amount = charged === 0 ? t('why.nothing') : formatMicros(charged - refunded);
  const running = isRunning(explanation);
  return lines(
    beside(`**${amount}**`, charged > 0 && t('why.paid-by', { user: payerId }), running && t('why.running')),
    beside(
      saved > 0 && charged > saved && t('why.free', { amount: formatMicros(charged - saved) }),
      saved > 0 && t('why.credits', { amount: formatMicros(saved) }),
      refunded > 0 && t('why.refunded', { amount: formatMicros(refunded) }),
      house > 0 && t('why.on-instance', { amount: formatMicros(house) }),
    ),
    overrun > 0 && t('why.overrun', { amount: formatMicros(overrun) }),
    charged + house > 0 && calls.some(({ facts }) => facts['estimated'] === true) && t('why.estimated'),
  );
}

function details(
  { roles, rules }: Explanation,
  calls: readonly Hold[],
  main: Hold | undefined,
  texts: Texts,
  t: Translate,
): APIEmbedField[] {
  const context = contextText(main, texts, t);
  return [
    ...(context === '' ? [] : [field(t('why.context'), context)]),
    field(
      t('why.rule'),
      lines(rules.join(', ') || '–', roles.length > 0 && t('why.roles', { roles: roles.join(', ') })),
    ),
    ...(calls.length > 1 ? [field(t('why.steps'), stepsText(calls, t))] : []),
  ];
}

/** Those facts that have a text, then tokens. */
function contextText(main: Hold | undefined, texts: Texts, t: Translate): string {
  if (!main) return '';
  const counts = Object.entries(main.facts).flatMap(([name, count]) =>
    typeof count === 'number' && count > 0 && texts.has(`why.facts.${name}_other`)
      ? [t(`why.facts.${name}`, { count })]
      : [],
  );
  const [input, output] = [factOf(main, 'inputTokens'), factOf(main, 'outputTokens')];
  const number = (name: string): number => Number(factOf(main, name) ?? 0);
  const [cached, reasoning] = [number('cachedInputTokens'), number('reasoningTokens')];
  return lines(
    beside(...counts),
    input !== undefined && t('why.tokens', { input: countText(Number(input)), output: countText(Number(output ?? 0)) }),
    beside(
      cached > 0 && t('why.cached', { cached: countText(cached) }),
      reasoning > 0 && t('why.reasoning', { reasoning: countText(reasoning) }),
    ),
  );
}

/** More wouldn't fit the field; so many steps are a loop, whose end matters most. */
const mostSteps = 10;

function stepsText(calls: readonly Hold[], t: Translate): string {
  const texts = calls.slice(-mostSteps).map((hold) => {
    const { step, state } = hold;
    const cost = state === 'settled' ? formatMicros(hold.charged.micros ?? 0) : t(`why.states.${state}`);
    return t('why.step', { step, model: modelOf(hold) ?? '–', cost });
  });
  return texts.join('\n');
}
