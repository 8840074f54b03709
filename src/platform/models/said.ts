/** A piece of what a model says aloud or to itself; `reset`: all text so far was said to itself. */
export type Said = { type: 'text' | 'reasoning'; text: string } | { type: 'reset' };
