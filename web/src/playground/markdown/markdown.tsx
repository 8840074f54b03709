import { memo, useMemo } from 'react';
import type { Block, ListItem } from './ast.ts';
import { CodeBlock } from './code-block.tsx';
import { InlineText } from './inline-text.tsx';
import { parseInline, parseMarkdown } from './parse.ts';
import styles from './markdown.module.css';

const onlyEmoji = /^(?:(?:\p{Extended_Pictographic}|\p{Emoji_Component}|<a?:\w+:\d+>)\s*){1,27}$/u;

/** Text in Discord's dialect. `guildId` resolves nicknames and roles of mentions. */
export const Markdown = memo(function Markdown({
  text,
  guildId,
}: {
  readonly text: string;
  readonly guildId: string | null;
}) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  const large = onlyEmoji.test(text.trim()) && !/^[\d\s#*]+$/.test(text);
  return (
    <div className={styles.markdown} data-large={large || undefined}>
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} guildId={guildId} />
      ))}
    </div>
  );
});

/** One line of Markdown without blocks, for titles and names. */
export function InlineMarkdown({ text, guildId }: { readonly text: string; readonly guildId: string | null }) {
  const nodes = useMemo(() => parseInline(text), [text]);
  return <InlineText nodes={nodes} guildId={guildId} />;
}

function BlockView({ block, guildId }: { readonly block: Block; readonly guildId: string | null }) {
  switch (block.type) {
    case 'paragraph':
      return (
        <p>
          <InlineText nodes={block.children} guildId={guildId} />
        </p>
      );
    case 'heading': {
      // Levels start at 3: the page's own titles come before a message's.
      const Tag = (['h3', 'h4', 'h5'] as const)[block.level - 1] ?? 'h5';
      return (
        <Tag className={styles.heading} data-level={block.level}>
          <InlineText nodes={block.children} guildId={guildId} />
        </Tag>
      );
    }
    case 'subtext':
      return (
        <p className={styles.subtext}>
          <InlineText nodes={block.children} guildId={guildId} />
        </p>
      );
    case 'quote':
      return (
        <blockquote className={styles.quote}>
          {block.children.map((child, index) => (
            <BlockView key={index} block={child} guildId={guildId} />
          ))}
        </blockquote>
      );
    case 'code':
      return <CodeBlock language={block.language} text={block.text} />;
    case 'list':
      return <ListView items={block.items} guildId={guildId} />;
  }
}

function ListView({ items, guildId }: { readonly items: readonly ListItem[]; readonly guildId: string | null }) {
  return (
    <ul className={styles.list}>
      {items.map((item, index) => (
        <li
          key={index}
          style={{ marginInlineStart: `${item.depth * 1.4}em` }}
          data-numbered={item.marker !== null || undefined}
        >
          <span className={styles.marker} aria-hidden={item.marker === null}>
            {item.marker ?? (item.depth % 2 === 0 ? '•' : '◦')}
          </span>
          <span>
            <InlineText nodes={item.children} guildId={guildId} />
          </span>
        </li>
      ))}
    </ul>
  );
}
