/** What the text before the cursor asks help for. `from` is where the piece to replace begins. */
export interface Trigger {
  readonly kind: 'mention' | 'channel' | 'emoji' | 'command';
  readonly query: string;
  readonly from: number;
}

const patterns: readonly (readonly [Trigger['kind'], RegExp])[] = [
  ['mention', /(?:^|[\s(])@([^\s@]{0,32})$/],
  ['channel', /(?:^|[\s(])#([\w-]{0,64})$/],
  ['emoji', /(?:^|[\s(]):(\w{2,32})$/],
];

/** Finds the trigger before the cursor. Commands count only when the whole text begins with the slash. */
export function findTrigger(text: string, caret: number): Trigger | null {
  const before = text.slice(0, caret);
  const command = /^\/([^\n]{0,80})$/.exec(before);
  if (command !== null && !before.startsWith('//')) return { kind: 'command', query: command[1] ?? '', from: 0 };
  for (const [kind, pattern] of patterns) {
    const match = pattern.exec(before);
    if (match === null) continue;
    const query = match[1] ?? '';
    return { kind, query, from: before.length - query.length - 1 };
  }
  return null;
}
