import type { FakeProviders } from './providers.ts';
import { NEVER } from './soak-record.ts';
import type { SoakRecord, Utterance } from './soak-record.ts';
import { nameOf } from './soak-screen.ts';
import { askedIn, marksIn } from './soak-words.ts';

export interface Prompts {
  amiss: string[];
  sent: number;
  /** Earlier messages of the same conversation in them, by what they were. */
  questions: number;
  remarks: number;
  answers: number;
}

/**
 * Whatever a model was sent is of the conversation in which it was asked, and as that stood: what was edited or deleted
 * before the question was written is not told any more.
 */
export function checkPrompts({ requests }: Pick<FakeProviders, 'requests'>, record: SoakRecord): Prompts {
  const prompts: Prompts = { amiss: [], sent: requests.length, questions: 0, remarks: 0, answers: 0 };
  for (const { userText, body } of requests) {
    const asked = record.byNumber(askedIn(userText) ?? 0);
    if (!asked) {
      prompts.amiss.push(`a prompt asks nothing: ${userText.slice(0, 80)}`);
      continue;
    }
    const { said, answered } = marksIn(JSON.stringify(body));
    for (const number of new Set(said)) look(prompts, asked, record.byNumber(number), number, 'said');
    for (const number of new Set(answered)) look(prompts, asked, record.byNumber(number), number, 'answered');
  }
  return prompts;
}

function look(
  prompts: Prompts,
  asked: Utterance,
  told: Utterance | undefined,
  number: number,
  kind: 'said' | 'answered',
): void {
  const what = `the prompt for ${nameOf(asked)}`;
  if (!told) {
    prompts.amiss.push(`${what} has ${number}, which nobody said`);
    return;
  }
  if (told.talk !== asked.talk) prompts.amiss.push(`${what} tells ${nameOf(told)}`);
  const since = asked.wordings[0]?.from ?? NEVER;
  const until = kind === 'said' ? wordingUntil(told, number) : told.deletedAt;
  if (until < since) prompts.amiss.push(`${what} tells ${nameOf(told)} as it was before it was changed (${number})`);
  if (told === asked) return;
  if (kind === 'answered') prompts.answers += 1;
  else if (told.isQuestion) prompts.questions += 1;
  else prompts.remarks += 1;
}

const wordingUntil = ({ wordings }: Utterance, number: number): number =>
  wordings.find((wording) => wording.number === number)?.until ?? NEVER;
