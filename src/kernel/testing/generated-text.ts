import fc from 'fast-check';

const word = fc.stringMatching(/^[a-z]{1,12}$/);
const joined = (part: fc.Arbitrary<string>, separator: string, maxLength: number) =>
  fc.array(part, { minLength: 1, maxLength, size: 'max' }).map((parts) => parts.join(separator));

/** Text that Discord or a reader takes as one: must be whole in one part. */
export const atom = fc
  .tuple(fc.nat({ max: 1e12 }), fc.nat({ max: 14 }), fc.stringMatching(/^[a-z]{0,30}$/))
  .map(([id, kind, name]) => {
    const atoms = [
      `<@${id}>`,
      `<@!${id}>`,
      `<@&${id}>`,
      `<#${id}>`,
      `<:party:${id}>`,
      `<a:party_parrot:${id}>`,
      `<t:${id}:R>`,
      `</remind me ${name.slice(0, 9)}:${id}>`,
      `https://example.org/${name}/${id}?a=b&c=_d_#e`,
      `[read ${id} here](https://example.org/${name}_(x${id}))`.replace('_(', '_').replace('))', ')'),
      `||it was ${id}||`,
      `**bold ${id}**`,
      `***both ${id}***`,
      `\`code ${id}\``,
      `~~gone ${id}~~`,
    ];
    return atoms[kind] ?? `<@${id}>`;
  });

/** Single visible characters of several code points. */
export const picture = fc.constantFrom(
  '👨‍👩‍👧‍👦',
  '🇦🇹',
  '👍🏽',
  'e\u0301\u0323',
  '🏳️‍🌈',
  '1️⃣',
  'का',
  '각',
  '\u{1F469}\u{1F3FD}\u200d\u{1F680}',
);

const rightToLeft = fc.constantFrom('שלום', 'עולם', 'مرحبا', 'بالعالم', 'كيف', '؟', '\u2067אבג\u2069', '\u200f');
const eastern = fc.constantFrom('こんにちは。', '世界', '你好，', '再见！', '한국어');

/** Prose with every marker closed, parts of which must survive. */
export const sentence = joined(
  fc.oneof(
    { weight: 6, arbitrary: word },
    { weight: 3, arbitrary: atom },
    { weight: 1, arbitrary: picture },
    { weight: 1, arbitrary: rightToLeft },
    { weight: 1, arbitrary: eastern },
  ),
  ' ',
  60,
).map((text) => `${text}.`);

const code = joined(
  fc.oneof(
    joined(word, ' ', 20),
    fc.constantFrom('', '    return 1;', '> not a quote', '||', '**', '# no title', '``'),
  ),
  '\n',
  50,
);

const fenced = fc
  .record({
    fence: fc.constantFrom('```', '````', '~~~', '`````'),
    language: fc.constantFrom('', 'ts', 'python', 'c++', 'objective-c'),
    code,
    inner: fc.option(fc.constantFrom('```js\n1\n```', '~~~\n2\n~~~')),
  })
  .map(({ fence, language, code, inner }) => {
    const nested = inner !== null && (fence.length > 3 || !inner.startsWith(fence)) ? `${inner}\n` : '';
    return `${fence}${language}\n${nested}${code}\n${fence}`;
  });

const cell = fc.oneof(word, picture, eastern, rightToLeft, fc.constantFrom('', 'a \\| b', '`x`', '**y**'));
export const table = fc.nat({ max: 5 }).chain((extra) => {
  const row = fc.array(cell, { minLength: extra + 1, maxLength: extra + 1 }).map((cells) => `| ${cells.join(' | ')} |`);
  const rule = `|${' :-- |'.repeat(extra + 1)}`;
  return fc
    .tuple(row, fc.array(row, { maxLength: 20, size: 'max' }))
    .map(([head, rows]) => [head, rule, ...rows].join('\n'));
});

const prefixed = (text: string, first: string, rest = first) =>
  text
    .split('\n')
    .map((line, index) => `${index === 0 ? first : rest}${line}`)
    .join('\n');

/** A long run of one marker around several sentences. */
const wrapped = fc
  .tuple(fc.constantFrom('**', '*', '__', '~~', '||'), joined(joined(word, ' ', 30), '. ', 20))
  .map(([marker, text]) => `${marker}${text}${marker}`);

/** A block of Markdown that contains blocks, all of whose lines say `inner`; some lack their last fence. */
export const nestedBlock = fc
  .record({
    fence: fc.constantFrom('```', '```', '````', '~~~'),
    language: fc.constantFrom('markdown', 'md', 'Markdown', 'text', ''),
    inside: fc.array(
      fc.oneof(
        joined(fc.constantFrom('inner', 'inner words', '# inner', '', '- inner'), '\n', 40),
        fc
          .tuple(fc.constantFrom('```', '````', '~~~'), fc.constantFrom('bash', 'c++', 'js title'), fc.nat({ max: 60 }))
          .map(([fence, language, count]) => `${fence}${language}\n${'inner();\n'.repeat(count)}${fence}`),
      ),
      { minLength: 1, maxLength: 6 },
    ),
    container: fc.constantFrom(['', ''], ['', ''], ['> ', '> '], ['- ', '  '], ['  1. ', '     ']),
    isClosed: fc.boolean(),
  })
  .map(({ fence, language, inside, container: [first, rest], isClosed }) => ({
    isClosed,
    text: prefixed(
      [`${fence}${language}`, 'inner', ...inside, ...(isClosed ? [fence] : [])].join('\n'),
      first ?? '',
      rest,
    ),
  }));

/** A list whose items state their depth: `item 3-17`. */
export const nestedList = fc
  .array(fc.tuple(fc.nat({ max: 4 }), fc.constantFrom('-', '*', '1.'), fc.nat({ max: 30 })), {
    minLength: 1,
    maxLength: 150,
    size: 'max',
  })
  .map((items) => {
    let depth = -1;
    const lines = items.map(([wanted, marker, words], index) => {
      depth = Math.min(wanted, depth + 1);
      return `${'    '.repeat(depth)}${marker} item ${depth}-${index}${' word'.repeat(words)}.`;
    });
    return lines.join('\n');
  });

/** Masked links to `evil.example` whose labels hide it. */
export const maskedLink = fc
  .tuple(
    fc.constantFrom('paypal.com', 'https://paypal.com', 'a [nested] text', '**bold**', 'two\nlines', '`code`', 'a\\]b'),
    fc.constantFrom('https://evil.example', 'https://paypal.com@evil.example/a_b', 'HTTPS://EVIL.example/a_(b)#c'),
    fc.constantFrom('', ' "a title"', " 'paypal.com (real)'"),
    fc.boolean(),
  )
  .map(([label, address, title, angled]) => `[${label}](${angled ? `<${address}>` : address}${title})`);

/** A block of well-formed Markdown, as models write it. */
export const block = fc.oneof(
  { weight: 5, arbitrary: joined(sentence, ' ', 5) },
  { weight: 3, arbitrary: fenced },
  { weight: 1, arbitrary: fenced.map((text) => prefixed(text, '> ')) },
  { weight: 1, arbitrary: fenced.map((text) => prefixed(text, '- ', '  ')) },
  { weight: 1, arbitrary: fenced.map((text) => prefixed(text, '1. ', '   ')) },
  {
    weight: 2,
    arbitrary: joined(
      sentence.map((text) => `- ${text}`),
      '\n',
      8,
    ),
  },
  { weight: 1, arbitrary: sentence.map((text) => `> ${text}`) },
  { weight: 1, arbitrary: joined(word, ' ', 8).map((text) => `## ${text}`) },
  { weight: 1, arbitrary: sentence.map((text) => `-# ${text}`) },
  { weight: 1, arbitrary: table },
  { weight: 2, arbitrary: wrapped },
);

export const wellFormed = fc.array(block, { maxLength: 30, size: 'max' }).map((blocks) => blocks.join('\n\n'));

/** Anything: blocks, loose markers, broken pieces, noise. */
const scrap = fc.oneof(
  { weight: 3, arbitrary: block },
  { weight: 4, arbitrary: word },
  { weight: 4, arbitrary: fc.constantFrom(' ', '. ', '\n', '\n\n', '\r\n', '\t') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...[
        '```',
        '```ts\n',
        '\n```\n',
        '````md\n',
        '~~~',
        '> ',
        '>>> ',
        '> ```js\n',
        '\n',
        '-# ',
        '# ',
        '- ',
        '  ```\n',
      ],
      ...['||', '**', '*', '__', '_', '~~', '`', '``', '\\', '<@', '<a:', '[a](https://', '](', 'https://', '|', '|-|'],
    ),
  },
  { weight: 2, arbitrary: picture },
  { weight: 1, arbitrary: rightToLeft },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat({ max: 3000 }), fc.constantFrom('z', ' ', '\n', '😀', '`', '*'))
      .map(([count, unit]) => unit.repeat(count)),
  },
);

export const hostile = fc.array(scrap, { maxLength: 80, size: 'max' }).map((scraps) => scraps.join(''));

/** Texts of about 50,000 characters. */
export const huge = fc
  .tuple(fc.oneof(wellFormed, hostile), fc.constantFrom('\n\n', '\n', ' ', ''))
  .map(([text, separator]) => {
    const once = `${text}x${separator}`;
    return once.repeat(Math.ceil(50_000 / once.length)).slice(0, 50_000);
  });
