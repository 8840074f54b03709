import type { Conversation } from './conversation.ts';
import { texts } from './texts.ts';

/** "think about …", "think first: …", at the beginning of a question. */
const asksToThink = /^(?:please )?think\b(?: (?:hard|first|carefully|well|deeply))?(?: about)?[\s:,]*/i;

/** What the demo thinks before it answers, which it does when it is told to, and the conversation without that request. */
export function readThoughts(conversation: Conversation): { thoughts: string; conversation: Conversation } {
  const { question } = conversation;
  const text = question.text.replace(asksToThink, '');
  if (text === question.text) return { thoughts: '', conversation };
  return { thoughts: texts.thoughts(text), conversation: { ...conversation, question: { ...question, text } } };
}
