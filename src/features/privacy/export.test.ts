import { expect, it } from 'vitest';
import { exportFiles } from './export.ts';

const t = (key: string, data: Record<string, string | number> = {}) => `${key} ${JSON.stringify(data)}`;
const bytesOf = (messages: Awaited<ReturnType<typeof exportFiles>>) =>
  Buffer.concat(messages.flatMap(({ files = [] }) => files.map(({ data }) => data)));

const document = {
  person: '1',
  nothing: {},
  features: {
    chat: { exchanges: [{ question: 'größer 🦊\n"yes"', answer: null }, { deep: [[1, true], []] }], heard: [] },
  },
};

it('is one file, equal to JSON indented by two', async () => {
  const messages = await exportFiles(document, t);
  expect(messages).toHaveLength(1);
  expect(bytesOf(messages).toString('utf8')).toBe(`${JSON.stringify(document, null, 2)}\n`);
});

it("is split into parts when Discord wouldn't accept it whole", async () => {
  const long = { text: '🦊'.repeat(100) };
  const messages = await exportFiles(long, t, { partBytes: 64, mostParts: 2 });
  expect(messages.length).toBeGreaterThan(2);
  expect(messages.map(({ files }) => files?.[0]?.name).slice(0, 2)).toEqual([
    'familiar-export.json.1',
    'familiar-export.json.2',
  ]);
  expect(messages[1]?.content).toBe(`export.part {"number":2,"count":${messages.length}}`);
  for (const { files } of messages) expect(files?.[0]?.data.length).toBeLessThanOrEqual(64);
  expect(JSON.parse(bytesOf(messages).toString('utf8'))).toEqual(long);
});

it('leaves out list entries beyond the limit, stays valid JSON, and says so', async () => {
  const entries = Array.from({ length: 1000 }, (_, number) => ({ number, text: 'x'.repeat(50) }));
  const messages = await exportFiles({ features: { chat: { entries } }, person: '1' }, t, {
    partBytes: 5000,
    mostParts: 2,
  });
  const read = JSON.parse(bytesOf(messages).toString('utf8')) as { features: { chat: { entries: unknown[] } } };
  expect(bytesOf(messages).length).toBeLessThan(10_100);
  expect(read.features.chat.entries.length).toBeGreaterThan(50);
  expect(read.features.chat.entries).toEqual(entries.slice(0, read.features.chat.entries.length));
  expect(messages.at(-1)?.content).toContain('export.cut');
});

it('says what a feature has cut itself', async () => {
  const [message] = await exportFiles({ features: { chat: { entries: [], cut: true } } }, t);
  expect(message?.content).toContain('export.cut');
});

it('yields to the event loop while it writes', async () => {
  const entries = Array.from({ length: 4000 }, () => 'y'.repeat(1000));
  let turns = 0;
  let isWriting = true;
  const count = (): void => {
    turns += 1;
    if (isWriting) setImmediate(count);
  };
  setImmediate(count);
  await exportFiles({ entries }, t);
  isWriting = false;
  expect(turns).toBeGreaterThan(10);
});
