import type { OutgoingMessage, Translate } from '../../sdk/index.ts';
import { plainLine } from '../../kernel/markdown/plain-line.ts';
import type { Layer, PromptScope } from './layers.ts';
import { promptCharacters } from './rules.ts';

/** Longer texts come as a file: Discord allows 2000 characters. */
const messageCharacters = 1900;
/** The length of a nameless text where it stands for a name. */
const calledCharacters = 60;

/** The name of a prompt, or its beginning. */
export function called({ name, text, scope }: Pick<Layer, 'name' | 'text' | 'scope'>, t: Translate): string {
  if (name !== null) return `**${plainLine(name, 40)}**`;
  return scope === 'instance' ? t('system.default') : `“${plainLine(text, calledCharacters)}”`;
}

export const scopeText = (scope: PromptScope, t: Translate): string => t(`system.scopes.${scope}`);

/** A sentence with the original text below it. */
export function withText(sentence: string, text: string): OutgoingMessage {
  const block = `\`\`\`\n${text}\n\`\`\``;
  if (!text.includes('```') && sentence.length + block.length < messageCharacters) {
    return { content: `${sentence}\n${block}` };
  }
  const data = new TextEncoder().encode(text.slice(0, promptCharacters));
  return { content: sentence, files: [{ name: 'prompt.txt', contentType: 'text/plain; charset=utf-8', data }] };
}

/** The prompts that a prompt overrides; empty when that is only the instance's. */
export function shadowedText(shadowed: readonly Layer[], t: Translate): string {
  return shadowed.map((layer) => `${called(layer, t)} (${scopeText(layer.scope, t)})`).join(', ');
}
