/**
 * `done` behaves as Discord's. `partly` says what is missing. `no` is answered as an unknown path or never sent, and says
 * why, or which area of work will bring it.
 */
export type Coverage = 'done' | { partly: string } | { no: string };

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** By path, then by method. */
export type EndpointTable = Readonly<Record<string, Readonly<Partial<Record<Method, Coverage>>>>>;

export const later = {
  community: { no: 'comes with the community features: scheduled events, audit log, AutoMod, moderation' },
  voice: { no: 'comes with voice and radio' },
  dashboard: { no: 'comes with OAuth2 for the dashboard' },
} as const;

export const never = {
  games: { no: 'for games and activities that run inside Discord, not for bots' },
  shop: { no: 'there is no shop here; entitlements are made through the control interface' },
  presentation: { no: 'how a server presents itself to newcomers and websites; bots need none of it' },
  templates: { no: 'servers here are made through the control interface, not from templates' },
  integrations: { no: 'no other service can be connected to a server here' },
  news: { no: 'announcements are not followed across servers here' },
  groups: { no: 'group messages are for people; bots cannot be in one' },
  formats: { no: 'messages in the formats of other services; bots send Discord’s own' },
  invites: { no: 'invites for named people only are for events of large communities' },
  permissions: { no: 'members set these in the server’s settings; bots need a token of OAuth2 for it' },
} as const;
