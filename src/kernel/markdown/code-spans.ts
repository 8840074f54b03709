/**
 * Where inline code ends: after the next run of as many backticks as the `ticks` before `open`, as in CommonMark.
 * Undefined when there is none before `latest`.
 */
export function codeSpanEnd(text: string, open: number, ticks: number, latest: number): number | undefined {
  for (let at = text.indexOf('`', open); at >= 0 && at < latest; at = text.indexOf('`', at)) {
    const close = at;
    while (text[at] === '`') at += 1;
    if (at - close === ticks) return at;
  }
  return undefined;
}
