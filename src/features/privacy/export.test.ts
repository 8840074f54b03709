import { expect, it } from 'vitest';
import { exportFiles } from './export.ts';

const t = (key: string, data: Record<string, string | number> = {}) => `${key} ${JSON.stringify(data)}`;
const bytesOf = (messages: ReturnType<typeof exportFiles>) =>
  Buffer.concat(messages.flatMap(({ files = [] }) => files.map(({ data }) => data)));

it('is one file that reads well', () => {
  const messages = exportFiles({ person: '1', features: { chat: ['größer 🦊'] } }, t);
  expect(messages).toHaveLength(1);
  expect(bytesOf(messages).toString('utf8')).toContain('\n  "features": {\n    "chat": [\n      "größer 🦊"\n');
});

it('comes in parts that make it up when Discord would not take it whole', () => {
  const document = { text: '🦊'.repeat(100) };
  const messages = exportFiles(document, t, 64);
  expect(messages.length).toBeGreaterThan(2);
  expect(messages.map(({ files }) => files?.[0]?.name).slice(0, 2)).toEqual([
    'familiar-export.json.1',
    'familiar-export.json.2',
  ]);
  expect(messages[1]?.content).toBe(`export.part {"number":2,"count":${messages.length}}`);
  for (const { files } of messages) expect(files?.[0]?.data.length).toBeLessThanOrEqual(64);
  expect(JSON.parse(bytesOf(messages).toString('utf8'))).toEqual(document);
});
