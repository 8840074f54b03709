/** What may come after a request and is paid on its terms, but is not part of it. */
export const followUps = ['title', 'summary'] as const;
export type FollowUp = (typeof followUps)[number];

/**
 * The name of what follows a request: a request of its own, so that a charge, a refund or a loss of one never touches the
 * other, and so that it is not counted as one more of what it follows. It has no admission: `ModelCall.follows` names the
 * one that it goes by.
 */
export const followUpOf = (request: string, followUp: FollowUp): string => `${followUp}/${request}`;
