/**
 * The name of what follows a request and is paid on its terms: a request of its own, so that a charge, a refund or a loss of
 * one never touches the other, and so that it is not counted as one more of what it follows. It has no admission:
 * `ModelCall.follows` names the one that it goes by.
 */
export const followUpOf = (request: string, followUp: string): string => `${followUp}/${request}`;
