import { beforeEach, describe, expect, it } from 'vitest';
import { ByteBudget } from '../../../kernel/byte-budget.ts';
import { kindOf } from '../../../kernel/file-kind.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import { bombPng, brokenJpeg, gif, noisePng, plainPng } from '../../../testing/pictures.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import type { ChatContext } from '../chat.ts';
import type { Notice } from '../notice.ts';
import { HeldFiles, loadFiles } from './question-files.ts';

const bot = sharedBot({
  yaml: (_people, _emulator, { openaiBaseUrl, anthropicBaseUrl }) => `
models: { default: fake/seeing, findOllama: false }
providers:
  fake:
    type: openai-compatible
    baseUrl: ${openaiBaseUrl}
    apiKeys: [test-key]
    models:
      - { name: seeing, contextTokens: 64000, maxOutputTokens: 4000, vision: true }
      - { name: blind, contextTokens: 64000, maxOutputTokens: 4000 }
  claude:
    type: anthropic
    baseUrl: ${anthropicBaseUrl}
    apiKeys: [test-key]
    models:
      - name: claude-haiku-4-5
        contextTokens: 64000
        maxOutputTokens: 4000
        vision: true
        prices: { inputPerMillion: 1, outputPerMillion: 5 }
access: { roles: { member: { requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null } } }
`,
});
beforeEach(() => {
  bot.providers.answerByDefault({ text: 'Noted.' });
});

interface TestFile {
  name: string;
  data: Buffer;
  type: string;
}

/** Sends files with a question; returns what the model got of them and what the answer says below. */
async function sends(files: TestFile[], model = 'fake/seeing') {
  const room = await bot.newChannel();
  if (model !== 'fake/seeing') await bot.alice.runs('model', { name: model }, { in: room });
  const question = await bot.alice.says(room, `<@${bot.app.discord.self.userId}> what is this?`, { files });
  await bot.alice.sees(
    (message) => message.message_reference?.message_id === question.id && message.content.startsWith('Noted.'),
    { timeoutMs: 50_000 },
  );
  // What is to be said below comes with the last edit.
  await bot.idle();
  const shown = (await bot.alice.messages(room)).find(({ message_reference: of }) => of?.message_id === question.id);
  const request = bot.providers.requests.at(-1);
  const messages = request?.body['messages'] as { content: unknown }[];
  const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? (content as object[]) : []));
  return { said: shown?.content ?? '', text: request?.userText ?? '', pictures: parts.flatMap(pictureIn) };
}

/** As both wire formats hold it. */
function pictureIn(part: object): { mediaType: string; base64: string }[] {
  const { source, image_url: address } = part as {
    source?: { media_type: string; data: string };
    image_url?: { url: string };
  };
  if (source) return [{ mediaType: source.media_type, base64: source.data }];
  const [, mediaType = '', base64 = ''] = /^data:([^;]+);base64,(.*)$/s.exec(address?.url ?? '') ?? [];
  return address ? [{ mediaType, base64 }] : [];
}

const realType = ({ base64 }: { base64: string }) => kindOf(Buffer.from(base64, 'base64'));
const file = (name: string, data: Buffer | string, type = ''): TestFile => ({ name, data: Buffer.from(data), type });
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

// Each picture starts a process, which takes its time on a busy machine.
describe('the files of a question', { timeout: 60_000 }, () => {
  it('are pictures by their bytes, scaled to what the provider takes', async () => {
    const { pictures, said } = await sends(
      [file('photo.webp', noisePng(1740, 1740), 'image/webp')],
      'claude/claude-haiku-4-5',
    );
    expect(said).toBe('Noted.');
    expect(pictures).toHaveLength(1);
    for (const picture of pictures) {
      expect(picture.base64.length).toBeLessThanOrEqual(5 * 1024 * 1024);
      expect(realType(picture)).toEqual({ kind: 'picture', mediaType: picture.mediaType });
    }
  });

  it('are read whatever their names and types say', async () => {
    const { pictures, text, said } = await sends([
      file('tool.ts', 'export const answer = 42;', 'video/mp2t'),
      file('Makefile', 'all:\n\techo hello'),
      file('query.sql', utf16('SELECT * FROM käse'), 'application/octet-stream'),
      file('old.txt', Buffer.from('Stra\xdfe', 'latin1'), 'text/plain; charset=utf-8'),
      file('picture.txt', plainPng(30, 20), 'text/plain'),
      file('setup.sh', '#!/bin/sh\nexit 3', 'application/x-sh'),
    ]);
    for (const words of ['export const answer = 42;', '\techo hello', 'SELECT * FROM käse', 'Straße', 'exit 3']) {
      expect(text).toContain(words);
    }
    expect(pictures.map(realType)).toEqual([{ kind: 'picture', mediaType: 'image/png' }]);
    expect(said).toBe('Noted.');
  });

  it('that cannot be read are named below the answer', async () => {
    const zip = Buffer.from('PK\x03\x04\x14\0\0\0\x08\0', 'latin1');
    const pdf = Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj', 'latin1');
    const { text, said } = await sends([
      file('code.txt', zip, 'text/plain'),
      file('paper.md', pdf, 'text/markdown'),
      file('long.log', 'x'.repeat(300 * 1024), 'video/mp4'),
    ]);
    expect(said).toContain('I can\'t read files like "code.txt"');
    expect(said).toContain('I can\'t read files like "paper.md"');
    expect(said).toContain('"long.log" is larger than 256 kB');
    expect(text).not.toContain('PK');
  });

  it('that are broken pictures are named, and the others are seen', async () => {
    const { pictures, said } = await sends([
      file('bomb.png', bombPng(), 'image/png'),
      file('cut.jpg', brokenJpeg(4000), 'image/jpeg'),
      file('film.gif', gif(10_000), 'image/gif'),
    ]);
    expect(said).toContain('can\'t open the picture "bomb.png"');
    expect(said).toContain('can\'t open the picture "cut.jpg"');
    expect(pictures.map(realType)).toEqual([{ kind: 'picture', mediaType: 'image/png' }]);
  });

  it('that cannot be made to fit name the limit of the provider', async () => {
    const { pictures, said } = await sends(
      [file('large.jpg', brokenJpeg(6_000_000), 'image/jpeg')],
      'claude/claude-haiku-4-5',
    );
    expect(pictures).toEqual([]);
    expect(said).toContain('I can\'t make "large.jpg" smaller, and Anthropic takes at most 5 MB per picture');
  });

  it('are named to a model that sees no pictures, whatever they are called', async () => {
    const { text, said } = await sends([file('cat.txt', plainPng(30, 20), 'text/plain')], 'fake/blind');
    expect(text).toContain('[Attached, but you cannot see pictures: cat.txt]');
    expect(said).toContain("can't see pictures");
  });
});

describe('the budget of bytes', () => {
  it('is never exceeded by many questions with large pictures, which are all answered', async () => {
    const budget = new ByteBudget(64 * 1024 * 1024);
    let most = 0;
    const note = () => {
      most = Math.max(most, budget.usedBytes);
    };
    const head = plainPng(10, 10);
    const context = {
      logger: silentLogger,
      models: { pictureLimits: () => ({ longestEdge: 1568, base64Bytes: 5_000_000, provider: 'Test' }) },
      discord: {
        actions: {
          attachment: async (_url: string, limitOf: (head: Uint8Array) => number) => {
            note();
            expect(limitOf(head)).toBe(8_000_000);
            await new Promise((resolve) => setImmediate(resolve));
            return head;
          },
        },
      },
      pictures: {
        prepare: () =>
          Promise.resolve({ mediaType: 'image/png', size: { width: 1, height: 1 }, data: new Uint8Array(600_000) }),
      },
    } as unknown as ChatContext;
    const signal = new AbortController().signal;
    const attachments = ['a', 'b', 'c', 'd'].map((name) => {
      return { url: name, filename: `${name}.png`, size: 8_000_000, contentType: 'image/png' };
    });
    const model = { id: 'fake/seeing', abilities: { vision: true } } as Parameters<typeof loadFiles>[0]['model'];
    const loaded = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const held = new HeldFiles(budget);
        const notices: Notice[] = [];
        const parts = await loadFiles({ context, model, attachments, quoted: [], held, signal }, notices);
        note();
        held.sent();
        held.release();
        return parts.length + notices.length;
      }),
    );
    expect(loaded).toEqual(Array.from({ length: 10 }, () => 4));
    expect(most).toBeGreaterThan(16_000_000);
    expect(most).toBeLessThanOrEqual(64 * 1024 * 1024);
    expect(budget.usedBytes).toBe(0);
  });
});
