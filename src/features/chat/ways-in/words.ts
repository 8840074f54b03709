/** Discord's limit for the name of a thread. */
const titleLength = 100;

/** A title until a model has found a better one: the first line of the question, cut at a word's end. */
export function provisionalTitle(text: string): string {
  const line = text.split('\n').find((one) => one.trim() !== '') ?? '';
  return titleFrom(line);
}

/** A thread's name out of what somebody or a model wrote: one line without Markdown, mentions and quotes around it. */
export function titleFrom(text: string): string {
  const plain = text
    .replace(/<(?:[@#]|a?:\w+:)[^<>]*>/g, ' ')
    .replace(/[*_~`|>#]+/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^["'“”„«»‘’\s]+|["'“”„«»‘’\s.]+$/g, '');
  return cutAtWord(plain, titleLength);
}

/** At most `length` UTF-16 units, cut at a word's end where one is near, with an ellipsis. */
export function cutAtWord(text: string, length: number): string {
  if (text.length <= length) return text;
  const kept = text.slice(0, length - 1);
  const end = kept.search(/\s\S*$/);
  const cut = end > length / 2 ? kept.slice(0, end) : kept;
  // Half a surrogate pair is no character.
  return `${cut.replace(/[\uD800-\uDBFF]$/, '').trimEnd()}…`;
}

/** What somebody wrote, as a quote of at most about `length` characters. */
export function quote(text: string, length: number): string {
  return cutAtWord(text.trim(), length)
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}
