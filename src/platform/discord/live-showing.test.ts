import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startActionsBench, type ActionsBench } from './testing/actions-bench.ts';

const CHANNEL = '1100000000000000001';
const startMs = 1_700_000_000_000;

let bench: ActionsBench;
beforeEach(async () => {
  bench = await startActionsBench();
});
afterEach(() => bench.close());

const live = () => bench.actions.live({ channelId: CHANNEL, key: 'a' });
const paragraphs = (count: number) => Array.from({ length: count }, () => 'word '.repeat(120).trim()).join('\n\n');
const file = (text: string) => ({ name: 'answer.md', data: new TextEncoder().encode(text) });

describe('a placeholder', () => {
  it('gives its place to the first text at once', async () => {
    const answer = live();
    answer.update('thinking', { placeholder: true });
    await bench.until(() => bench.api.screen()[0] === 'thinking');
    answer.update('Well');
    await bench.until(() => bench.api.screen()[0] === 'Well');
    expect(bench.clock.now()).toBe(startMs);
    answer.update('Well, yes');
    await bench.pass(500);
    expect(bench.api.screen()).toEqual(['Well']);
    await bench.pass(600);
    expect(bench.api.screen()).toEqual(['Well, yes']);
    await answer.abandon();
  });

  it('is never shown when the text is quicker, and follows the pace when it changes', async () => {
    const answer = live();
    answer.update('thinking', { placeholder: true });
    await bench.until(() => bench.api.screen().length === 1);
    answer.update('still thinking', { placeholder: true });
    await bench.pass(500);
    expect(bench.api.screen()).toEqual(['thinking']);
    answer.update('Well');
    await bench.until(() => bench.api.screen()[0] === 'Well');
    expect(bench.api.requests).toHaveLength(2);
    await answer.abandon();
  });

  it('that failed in passing does not keep the text away', async () => {
    const answer = live();
    answer.update('thinking', { placeholder: true });
    await bench.until(() => bench.api.screen().length === 1);
    let faults = 9;
    bench.api.intercept = () => (faults-- > 0 ? { status: 502 } : undefined);
    answer.update('Well');
    await bench.whilePassing(bench.until(() => bench.api.screen()[0] === 'Well'));
    await answer.abandon();
  });
});

describe('a text that grows beyond its bound', () => {
  it('shows its beginning with what is said below it, and sends nothing more', async () => {
    const end = '-# … goes on in a file.';
    const answer = bench.actions.live({ channelId: CHANNEL, key: 'a', bound: { parts: 2, end } });
    answer.update(paragraphs(5));
    await bench.whilePassing(bench.until(() => bench.api.screen().length === 2));
    expect(bench.api.screen()[1]).not.toContain(end);
    answer.update(paragraphs(30));
    await bench.whilePassing(bench.until(() => bench.api.screen()[1]?.endsWith(end) ?? false));
    const sent = bench.api.requests.length;
    answer.update(paragraphs(60));
    await bench.pass(3000);
    expect(bench.api.requests).toHaveLength(sent);
    await bench.whilePassing(answer.finish({ content: 'the beginning', files: [file(paragraphs(60))] }));
    expect(bench.api.screen()).toHaveLength(1);
    expect(String(bench.api.requests[sent]?.body['raw'])).toContain('the beginning');
  });
});

describe('a file', () => {
  it('comes with the last part, and goes when the messages show another text', async () => {
    const first = live();
    first.update(paragraphs(5));
    await bench.whilePassing(bench.until(() => bench.api.screen().length === 2));
    const parts = await bench.whilePassing(first.finish({ content: paragraphs(5), files: [file('all of it')] }));
    const uploads = bench.api.requests.filter(({ body }) => String(body['raw']).includes('all of it'));
    expect(uploads.map(({ path }) => path.split('/').at(-1))).toEqual([parts[1]?.messageId]);
    const second = bench.actions.live({ channelId: CHANNEL, key: 'b', parts });
    await bench.whilePassing(second.finish({ content: `${paragraphs(5)} more` }));
    expect(bench.api.messages.get(parts[1]?.messageId ?? '')).toMatchObject({ attachments: [] });
  });
});

describe('Markdown as models write it', () => {
  const many = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, at) => line(at));
  const text = [
    'See **[paypal.com](https://evil.example/a)** there.',
    ...['```markdown', 'inner', '```bash', 'inner', '```', 'inner', '```', 'Then:'],
    ...['- outer', ...many(40, (at) => `  - nested ${at} ${'word '.repeat(10)}`), ''],
    ...['| Name | Note |', '|--|--|', ...many(150, (at) => `| row${at} | ${'x'.repeat(25)} |`)],
  ].join('\n');

  it('shows hosts, blocks in blocks, nested lists and tables in each part while it grows', async () => {
    const answer = live();
    const after = (words: string, count = 1) => text.split(words, count).join(words).length + words.length;
    const steps = [after('evil.ex'), after('/a)'), after('```bash'), after('inner', 2), after('```', 3)];
    for (const length of [...steps, after('Then:'), after('nested 25'), after('row1 '), after('row60 ')]) {
      answer.update(text.slice(0, length));
      await bench.pass(6000);
      const prose = bench.api.screen().map((content) => content.replaceAll(/```[^]*?```/g, ''));
      expect(prose.join('\n')).not.toMatch(/inner|`|row|\/a\)(?! \(evil\.example\))/);
    }
    await bench.whilePassing(answer.finish({ content: text }));
    const [first = '', ...rest] = bench.api.screen();
    expect(first).toMatch(/^See \*\*\[paypal\.com\]\(https:\/\/evil\.example\/a\) \(evil\.example\)\*\* there\./);
    expect(first).toContain('`\u200b``bash\ninner\n`\u200b``\ninner\n```\nThen:\n- outer\n  - nested 0');
    expect(rest[0]).toMatch(/^- …\n {2}- nested \d+ word/);
    expect(rest.length).toBeGreaterThan(2);
    for (const part of rest.slice(1)) expect(part).toMatch(/^```\nName {2,}\| Note\n-{5,}\|-+\nrow\d+ /);
    expect(rest.join('\n').match(/row\d+/g)).toHaveLength(150);
  });
});
