import { expect, it } from 'vitest';
import { readableExport } from './readable.ts';

const t = (key: string) => key;
const textOf = ({ files }: Awaited<ReturnType<typeof readableExport>>) =>
  Buffer.from(files?.[0]?.data ?? []).toString('utf8');

it('lays out stored data for reading', async () => {
  const document = {
    person: '1',
    mayBeReadAsContext: true,
    features: {
      chat: { exchanges: [{ question: 'two\n- lines', answers: [{ version: 1, text: 'yes' }] }], heard: [] },
    },
    services: { settings: [] },
  };
  expect(textOf(await readableExport(document, t)).split('\n')).toEqual([
    ...['# export.title', '', '- **person**: 1', '- **may be read as context**: true', '', '## chat', ''],
    ...['- **exchanges**:', '  - **1**:', '    - **question**:', '      > two', '      > - lines'],
    ...['    - **answers**:', '      - **1**:', '        - **version**: 1', '        - **text**: yes'],
    ...['- **heard**: –', '', '## settings', '', ''],
  ]);
});

it("ends at Discord's file limit and says so", async () => {
  const entries = Array.from({ length: 1000 }, (_, number) => `entry ${number}`);
  const text = textOf(await readableExport({ features: { chat: { entries } } }, t, 2000));
  expect(text.length).toBeLessThan(2100);
  expect(text).toContain('entry 20');
  expect(text).toMatch(/export\.readable-cut\n$/);
});
