/** What a model can do beside holding a conversation. */
export const abilities = ['embed', 'transcribe', 'speak', 'moderate', 'draw'] as const;
export type Ability = (typeof abilities)[number];

/** What is done with a prompt and images: see `DrawMode` of the models. */
export const drawModes = [
  'generate',
  'edit',
  'vary',
  'outpaint',
  'inpaint',
  'erase',
  'replace',
  'remove-background',
  'upscale',
] as const;
