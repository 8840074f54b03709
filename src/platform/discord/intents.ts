import { ApplicationFlags, GatewayIntentBits as Intents } from 'discord-api-types/v10';

interface PrivilegedIntent {
  bit: number;
  /** As the Developer Portal calls its switch. */
  title: string;
  /** Any of these flags of the application says that the switch is on. */
  flags: number;
}

export const privilegedIntents: readonly PrivilegedIntent[] = [
  {
    bit: Intents.MessageContent,
    title: 'Message Content Intent',
    flags: ApplicationFlags.GatewayMessageContent | ApplicationFlags.GatewayMessageContentLimited,
  },
  {
    bit: Intents.GuildMembers,
    title: 'Server Members Intent',
    flags: ApplicationFlags.GatewayGuildMembers | ApplicationFlags.GatewayGuildMembersLimited,
  },
  {
    bit: Intents.GuildPresences,
    title: 'Presence Intent',
    flags: ApplicationFlags.GatewayPresence | ApplicationFlags.GatewayPresenceLimited,
  },
];

export const PRIVILEGED_INTENTS = privilegedIntents.reduce((bits, { bit }) => bits | bit, 0);

/** The privileged intents that an application with these flags may not use. */
export function privilegedWithout(applicationFlags: number): number {
  return privilegedIntents.reduce((bits, { bit, flags }) => (applicationFlags & flags ? bits : bits | bit), 0);
}
