import type { APIMessage } from 'discord-api-types/v10';
import type { Actor } from './matrix-world.ts';

/** Words that nothing else says. */
const refusals: readonly [RegExp, string][] = [
  [/^Your roles don't allow/, 'policy'],
  [/is switched off here \(/, 'tightened'],
  [/^Only (moderators|people|the bot's owner)[^.]* can use this\.$/, 'rank'],
  [/^This works in a (server only|direct message with me only)/, 'place'],
];

/** Why a command was refused, as its answers say; `allowed` when none of them refuses. */
export const verdictOf = (answers: readonly APIMessage[]) =>
  refusals.find(([words]) => answers.some(({ content }) => words.test(content)))?.[1] ?? 'allowed';

/** What a person read in answer to something, once everything that was sent has arrived. */
export function answersTo({ person }: Actor, isAnswer: (message: APIMessage) => boolean): APIMessage[] {
  return person.view.dispatches
    .filter(({ t }) => t === 'MESSAGE_CREATE' || t === 'MESSAGE_UPDATE')
    .map(({ d }) => d as APIMessage)
    .filter((message) => message.author.id !== person.user.id && isAnswer(message));
}
