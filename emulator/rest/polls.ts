import { z } from 'zod';
import type { Caller, Core, StoredMessage, StoredPoll } from '../contract.ts';
import { discordError } from '../errors.ts';
import { integer, parseForm, snowflake } from '../forms.ts';
import type { ApiRequest, Routes } from '../http/router.ts';
import { announce } from '../messages/operations.ts';
import { hasEnded } from '../messages/polls.ts';
import { messageEventObject } from '../serialise/message.ts';
import { userObject } from '../serialise/user.ts';
import { compareSnowflakes } from '../snowflake.ts';
import { messageIn, visibleChannel } from './access.ts';
import { readableMessage } from './message-view.ts';

const path = '/channels/{channel_id}/polls/{message_id}';
const votesForm = z.object({ answer_ids: z.array(integer(1, 10)).max(10) });
const votersQuery = z.object({ limit: integer(1, 100).default(25), after: snowflake.optional() });

export const registerPollRoutes: Routes = (api, core) => {
  api.route({
    method: 'GET',
    path: `${path}/answers/{answer_id}`,
    auth: 'any',
    handler: ({ caller, params, query }) => {
      const { poll } = find(core, caller, params);
      const { limit, after } = parseForm(votersQuery, query);
      const voterIds = poll.answers[Number(params['answer_id']) - 1]?.voterIds ?? [];
      const listed = voterIds.toSorted(compareSnowflakes).filter((id) => !after || compareSnowflakes(id, after) > 0);
      return {
        users: listed
          .slice(0, limit)
          .flatMap((id) => core.world.users.get(id) ?? [])
          .map(userObject),
      };
    },
  });
  api.route({
    method: 'POST',
    path: `${path}/expire`,
    auth: 'any',
    handler: ({ caller, params }) => {
      const { message, poll } = find(core, caller, params);
      if (message.authorId !== caller.user.id) throw discordError('othersMessage');
      if (hasEnded(poll, core.clock.now())) throw discordError('pollExpired');
      const ended = { ...message, poll: { ...poll, endsAtMs: core.clock.now() } };
      core.world.messages.set(message.id, ended);
      announce(core, 'MESSAGE_UPDATE', ended, messageEventObject(core, ended));
      return readableMessage(core, ended, caller);
    },
  });
  api.route({
    method: 'PUT',
    path: `${path}/answers/@me`,
    auth: 'any',
    handler: (request) => {
      vote(core, request);
    },
  });
};

function find(
  core: Core,
  caller: Caller,
  params: Record<string, string>,
): { message: StoredMessage; poll: StoredPoll } {
  const channel = visibleChannel(core, caller, params['channel_id']);
  const message = messageIn(core, channel, params['message_id']);
  if (message.poll == null) throw discordError('unknownMessage');
  return { message, poll: message.poll };
}

/** People vote, with all that they choose; applications cannot. */
function vote(core: Core, { caller, params, body }: ApiRequest<Caller>): void {
  const { message, poll } = find(core, caller, params);
  if (caller.kind === 'bot') throw discordError('peopleOnly');
  if (hasEnded(poll, core.clock.now())) throw discordError('pollExpired');
  const chosen = new Set(parseForm(votesForm, body).answer_ids.map(Number));
  const isPossible =
    [...chosen].every((id) => id <= poll.answers.length) && (poll.allowMultiselect || chosen.size <= 1);
  if (!isPossible) throw discordError('invalidPollAnswer');
  const userId = caller.user.id;
  const tell = (event: 'MESSAGE_POLL_VOTE_ADD' | 'MESSAGE_POLL_VOTE_REMOVE', answerId: number) => {
    const guildId = core.world.channels.get(message.channelId)?.guildId ?? null;
    const place = { channel_id: message.channelId, message_id: message.id, ...(guildId && { guild_id: guildId }) };
    announce(core, event, message, { ...place, user_id: userId, answer_id: answerId });
  };
  const answers = poll.answers.map((answer, index) => {
    const had = answer.voterIds.includes(userId);
    const has = chosen.has(index + 1);
    if (had === has) return answer;
    const others = answer.voterIds.filter((id) => id !== userId);
    return { ...answer, voterIds: has ? [...others, userId] : others };
  });
  core.world.messages.set(message.id, { ...message, poll: { ...poll, answers } });
  for (const [index, answer] of answers.entries()) {
    if (answer === poll.answers[index]) continue;
    tell(chosen.has(index + 1) ? 'MESSAGE_POLL_VOTE_ADD' : 'MESSAGE_POLL_VOTE_REMOVE', index + 1);
  }
}
