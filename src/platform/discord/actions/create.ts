import type { Clock } from '../../../kernel/clock.ts';
import type { SubjectActions } from '../subjects.ts';
import { createGuilds, createScheduledEvents } from './guilds.ts';
import { createMembers } from './members.ts';
import { createMessaging } from './messaging.ts';
import { createReactions } from './reactions.ts';
import type { Requester } from './requester.ts';
import { createChannels, createRoles } from './roles-and-channels.ts';
import { createThreads } from './threads.ts';

export function createSubjectActions(requester: Requester, clock: Clock): SubjectActions {
  return {
    reactions: createReactions(requester),
    members: createMembers(requester),
    roles: createRoles(requester),
    channels: createChannels(requester),
    threads: createThreads(requester),
    messaging: createMessaging(requester, clock),
    guilds: createGuilds(requester),
    events: createScheduledEvents(requester),
  };
}
