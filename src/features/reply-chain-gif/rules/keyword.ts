const phrases: ReadonlySet<string> = new Set([
  'gif',
  'gif please',
  'gif pls',
  'please gif',
  'gif this',
  'gif it',
  'as gif',
  'as a gif',
  'make gif',
  'make a gif',
  'make it a gif',
  'make this a gif',
  'make a gif please',
  'please make a gif',
]);
/** With a mention and many exclamation marks. */
const mostCharacters = 80;

/** Whether a reply asks for a GIF and says nothing else. Case, punctuation and a mention of the bot are ignored. */
export function asksForGif(content: string, selfId: string): boolean {
  if (content.length > mostCharacters) return false;
  const words = content
    .replaceAll(`<@${selfId}>`, ' ')
    .replaceAll(`<@!${selfId}>`, ' ')
    .toLowerCase()
    .replaceAll(/[\p{P}\p{S}\s]+/gu, ' ')
    .trim();
  return phrases.has(words);
}
