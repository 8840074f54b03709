import type { OutgoingMessage, Translate } from '../../sdk/index.ts';
import { plainLine } from '../../kernel/markdown/plain-line.ts';
import type { Layer, PromptScope } from './layers.ts';
import { promptCharacters } from './rules.ts';

/** Longer texts come as a file, whole: Discord takes 2000 characters. */
const messageCharacters = 1900;
/** Of a text that has no name, where it stands for one. */
const calledCharacters = 60;

/** What a prompt is called: by its name, or by how it begins. */
export function called({ name, text, scope }: Pick<Layer, 'name' | 'text' | 'scope'>, t: Translate): string {
  if (name !== null) return `**${plainLine(name, 40)}**`;
  return scope === 'instance' ? t('system.default') : `“${plainLine(text, calledCharacters)}”`;
}

export const scopeText = (scope: PromptScope, t: Translate): string => t(`system.scopes.${scope}`);

/** A text as it was written, below a sentence. */
export function withText(sentence: string, text: string): OutgoingMessage {
  const block = `\`\`\`\n${text}\n\`\`\``;
  if (!text.includes('```') && sentence.length + block.length < messageCharacters) {
    return { content: `${sentence}\n${block}` };
  }
  const data = new TextEncoder().encode(text.slice(0, promptCharacters));
  return { content: sentence, files: [{ name: 'prompt.txt', contentType: 'text/plain; charset=utf-8', data }] };
}

/** Which prompts would count if those before them did not; empty when there is none but the instance's. */
export function shadowedText(shadowed: readonly Layer[], t: Translate): string {
  return shadowed.map((layer) => `${called(layer, t)} (${scopeText(layer.scope, t)})`).join(', ');
}
