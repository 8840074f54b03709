import { MessageFlags, MessageType } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { isSaid, onOneLine, seenAs, visibleFiles, visibleLine, visibleText } from './visible.ts';
import type { Message } from './visible.ts';

const message = (parts: object): Message => ({ content: '', ...parts });

describe('what people see of a message', () => {
  it('is all of an embed', () => {
    const embed = {
      type: 'rich',
      author: { name: 'Author' },
      title: 'Title',
      description: 'Line one\nline two',
      fields: [{ name: 'By', value: 'Ada' }],
      image: { url: 'https://x/y.png', description: 'A cat' },
      footer: { text: 'Foot' },
    };
    expect(visibleText(message({ content: 'Look', embeds: [embed] }))).toBe(
      'Look\nAuthor\nTitle\nLine one\nline two\nBy: Ada\n[Picture: A cat]\nFoot',
    );
    expect(visibleText(message({ flags: MessageFlags.SuppressEmbeds, embeds: [embed] }))).toBe('');
  });

  it('is the words of a layout, however nested, and none of its buttons', () => {
    const components = [
      { type: 10, content: '# Head' },
      {
        type: 17,
        components: [
          {
            type: 9,
            components: [{ type: 10, content: 'In a section' }],
            accessory: { type: 11, media: { url: 'https://x/t.png' }, description: 'A thumb' },
          },
          { type: 14 },
          {
            type: 12,
            items: [{ media: { url: 'https://x/a/b.png?ex=1' } }, { media: { url: 'u' }, description: 'Two' }],
          },
          { type: 13, file: { url: 'attachment://log.txt' }, name: 'log.txt' },
          { type: 1, components: [{ type: 2, style: 1, label: 'Press', custom_id: 'x' }] },
        ],
      },
    ];
    expect(visibleText(message({ components }))).toBe(
      '# Head\nIn a section\n[Picture: A thumb]\n[Picture: b.png]\n[Picture: Two]\n[File: log.txt]',
    );
  });

  it('is what it forwards, with its files', () => {
    const files = [{ filename: 'a.png', url: 'u', size: 1 }];
    const forward = message({
      message_reference: { type: 1 },
      message_snapshots: [{ message: { content: 'Said elsewhere', embeds: [{ title: 'T' }], attachments: files } }],
    });
    expect(visibleText(forward)).toBe('[Forwarded message:]\nSaid elsewhere\nT [a.png]');
    expect(visibleFiles(forward)).toEqual(files);
    expect(visibleText(message({ message_reference: { type: 1 } }))).toBe('[Forwarded message that cannot be read]');
  });

  it('is a poll with its votes, a sticker and a voice message', () => {
    const answers = [
      { answer_id: 1, poll_media: { text: 'Yes', emoji: { id: null, name: '👍' } } },
      { answer_id: 2, poll_media: { text: 'No' } },
    ];
    const results = { is_finalized: true, answer_counts: [{ id: 1, count: 1, me_voted: false }] };
    expect(visibleText(message({ poll: { question: { text: 'Pizza?' }, answers, results } }))).toBe(
      '[Poll, ended: Pizza?]\n- 👍 Yes (1 vote)\n- No (0 votes)',
    );
    expect(visibleText(message({ sticker_items: [{ id: '1', name: 'Wave', format_type: 3 }] }))).toBe(
      '[Sticker: Wave]',
    );
    const voice = { filename: 'voice-message.ogg', duration_secs: 12.3 };
    expect(visibleText(message({ attachments: [voice] }))).toBe('[voice message of 12 s]');
    const cat = { filename: 'cat.png', description: 'A cat' };
    expect(visibleText(message({ attachments: [cat] }))).toBe('[cat.png: A cat]');
  });

  it('is how a poll ended', () => {
    const fields = Object.entries({
      poll_question_text: 'Pizza?',
      victor_answer_votes: '3',
      victor_answer_text: 'Yes',
    }).map(([name, value]) => ({ name, value }));
    expect(visibleText(message({ embeds: [{ type: 'poll_result', fields }] }))).toBe(
      '[Poll ended: Pizza?: Yes won with 3 votes]',
    );
  });

  it('is the message that a thread hangs on', () => {
    const first = { content: 'The plan', type: MessageType.Default };
    const starter = { content: '', type: MessageType.ThreadStarterMessage, referenced_message: first };
    expect(seenAs(starter as never)).toBe(first);
    expect(isSaid(starter as never)).toBe(true);
    expect(isSaid({ content: '', type: MessageType.UserJoin })).toBe(false);
    expect(isSaid({ content: 'A pinned a message', type: MessageType.ChannelPinnedMessage })).toBe(false);
  });

  it('is bounded, however much there is and however deep it goes', () => {
    const wide = Array.from({ length: 5000 }, () => ({ type: 10, content: 'word' }));
    expect(visibleText(message({ components: wide })).split('\n')).toHaveLength(200);
    let deep: object = { type: 10, content: 'deep' };
    for (let depth = 0; depth < 10_000; depth += 1) deep = { type: 17, components: [deep] };
    expect(visibleText(message({ components: [deep] }))).toBe('');
    expect(visibleText(message({ embeds: [{ description: '🙂'.repeat(20_000) }] })).length).toBeLessThanOrEqual(10_000);
    expect(visibleLine(message({ content: 'x'.repeat(4000) }))).toHaveLength(2000);
  });

  it('is on one line without any that looks like another, in time linear in its length', () => {
    expect(onOneLine('one\r\n  two \u2028three\v\ffour\n\n')).toBe('one two three four');
    const started = performance.now();
    expect(onOneLine(`${' '.repeat(200_000)}x${'\n'.repeat(200_000)}`)).toBe('x');
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
