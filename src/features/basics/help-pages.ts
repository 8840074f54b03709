/** A group of commands as lines of text. */
export interface HelpGroup {
  title: string;
  lines: readonly string[];
}

export interface HelpPage {
  /** Titles of the groups on the page. */
  titles: string[];
  text: string;
}

/**
 * Puts groups in order on few pages of at most `most` characters each. A group that doesn't fit on the rest of a page
 * begins a new one. A group longer than a page continues, under its title, on the next. Lines are never cut.
 */
export function pagesOf(groups: readonly HelpGroup[], most: number): HelpPage[] {
  const pages: HelpPage[] = [];
  const add = (title: string, text: string) => {
    const last = pages.at(-1);
    if (last && last.text.length + 2 + text.length <= most) {
      last.titles.push(title);
      last.text += `\n\n${text}`;
    } else pages.push({ titles: [title], text });
  };
  for (const { title, lines } of groups) {
    const heading = `**${title}**`;
    let part = heading;
    for (const line of lines) {
      if (part !== heading && part.length + 1 + line.length > most) {
        add(title, part);
        part = heading;
      }
      part += `\n${line}`;
    }
    add(title, part);
  }
  return pages;
}
