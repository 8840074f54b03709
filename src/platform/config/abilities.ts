/** What a model can do beside holding a conversation. */
export const abilities = ['embed', 'transcribe', 'speak', 'moderate', 'draw'] as const;
export type Ability = (typeof abilities)[number];
