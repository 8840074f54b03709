import { gzipSync } from 'node:zlib';
import { answered, broken, chunk, data, DONE, json, nothing, plain, say, sse, stream, U, usage } from './case.ts';
import type { OddCase, OddEnding, Serve } from './case.ts';

const chat = (group: string, name: string, serve: OddCase['serve'], ends: OddEnding): OddCase => ({
  ...{ group, name, serve, ends },
  type: 'openai-compatible',
});

/** The same answer in every framing that servers use. */
const answer = plain('Framed well.').join('');
const framings: Record<string, string | Serve> = {
  'line ends of Windows': answer.replaceAll('\n', '\r\n'),
  'line ends of old Macs': answer.replaceAll('\n', '\r'),
  'events on neighbouring lines': answer.replaceAll('\n\n', '\n'),
  'neighbouring lines of Windows': answer.replaceAll('\n\n', '\r\n'),
  'three line ends between events': answer.replaceAll('\n\n', '\n\n\n'),
  'no space behind the colon': answer.replaceAll('data: ', 'data:'),
  'much space behind the colon': answer.replaceAll('data: ', 'data:    '),
  'ids and retry fields': answer.replaceAll('data: ', 'id: 7\nretry: 100\ndata: '),
  'a name for each event': answer.replaceAll('data: ', 'event: message\ndata: '),
  'comments in between': answer.replaceAll('data: ', ': OPENROUTER PROCESSING\n\ndata: '),
  'a byte order mark': `\uFEFF${answer}`,
  'blank lines before all': `\n\n\n${answer}`,
  'lines of JSON without a field': answer.replaceAll('data: ', ''),
  'no blank line at the end': answer.trimEnd(),
  'a field that is doubled': answer.replaceAll('data: ', 'data: data: '),
  'JSON over several lines': plain('Framed well.')
    .map((event) =>
      event.startsWith('data: {')
        ? `${JSON.stringify(JSON.parse(event.slice(6)), null, 1)
            .split('\n')
            .map((line) => `data: ${line}`)
            .join('\n')}\n\n`
        : event,
    )
    .join(''),
  compressed: (_request, response) => {
    response.writeHead(200, { ...sse, 'content-encoding': 'gzip' });
    response.end(gzipSync(answer));
  },
  'labelled as JSON': (_request, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(answer),
  'no label at all': (_request, response) => void response.writeHead(200).end(answer),
  'one byte at a time': async (_request, response) => {
    response.writeHead(200, sse);
    for (const byte of Buffer.from(plain('Framed well.').join('')))
      await new Promise<void>((resolve) => void response.write(Buffer.from([byte]), () => resolve()));
    response.end();
  },
  'a letter that is cut in two': async (_request, response) => {
    const bytes = Buffer.from(answer.replace('well', 'wöll'));
    const at = bytes.indexOf('ö') + 1;
    response.writeHead(200, sse);
    await new Promise<void>((resolve) => void response.write(bytes.subarray(0, at), () => resolve()));
    response.end(bytes.subarray(at));
  },
};

/** Events without content: before, within and after the answer. */
const nothings: Record<string, string> = {
  'a ping with a name': 'event: ping\ndata: {"type":"ping"}\n\n',
  'empty data': 'data:\n\n',
  'blank data': 'data: \n\n',
  'a word as data': 'data: keep-alive\n\n',
  'an empty object': data({}),
  null: data(null),
  'a number': data(7),
  'a list': 'data: []\n\n',
  'no choices': data({ id: 'x', object: 'chat.completion.chunk', prompt_filter_results: [] }),
  'choices that are null': data({ ...chunk({}), choices: null }),
  'choices that are empty': data({ ...chunk({}), choices: [] }),
  'a choice that is null': data({ ...chunk({}), choices: [null] }),
  'a delta that is null': data(chunk(null)),
  'an unknown role': data(chunk({ role: 'model', content: '' })),
  'a role that is a number': data(chunk({ role: 3 })),
  'an id that is a number': data({ ...chunk({}), id: 12345 }),
  'a date in words': data({ ...chunk({}), created: '2026-11-29T00:00:00Z' }),
  'a date of the far future': data({ ...chunk({}), created: 1e300 }),
  'an error that is null': data({ ...chunk({}), error: null }),
  'a model that is null': data({ ...chunk({}), model: null, system_fingerprint: 4, service_tier: {} }),
  'another choice': data({ ...chunk({}), choices: [{ index: 1, delta: { content: 'no' }, finish_reason: null }] }),
  'a tool that nobody offered': data(
    chunk({ tool_calls: [{ index: 0, id: 7, function: { name: null, arguments: {} } }] }),
  ),
};

const reasons: [string, 'stop' | 'length' | 'refused' | 'other'][] = [
  ['eos', 'stop'],
  ['end_turn', 'stop'],
  ['STOP', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['MAX_TOKENS', 'length'],
  ['model_length', 'length'],
  ['content_filter', 'refused'],
  ['SAFETY', 'refused'],
  ['sensitive', 'refused'],
  ['RECITATION', 'refused'],
  ['tool_calls', 'other'],
];

const complete: OddCase[] = [
  chat('complete', '[DONE] without a reason', [say('Half an answer'), say(' that is whole.'), DONE], {
    text: 'Half an answer that is whole.',
    finish: 'stop',
  }),
  chat('complete', '[DONE] in small letters', [say('Whole.'), 'data: done\n\n'], { text: 'Whole.', finish: 'stop' }),
  chat('complete', '[DONE], and the connection stays', [...plain('Whole.'), 'hang'], answered('Whole.')),
  chat('complete', 'a reason and nothing more', [say('Whole.'), data(chunk({}, 'stop'))], {
    text: 'Whole.',
    finish: 'stop',
  }),
  chat('complete', 'a reason with the last words', [say('Whole.', 'stop')], { text: 'Whole.', finish: 'stop' }),
  chat('complete', 'a reason, and then the connection breaks', [say('Whole.'), data(chunk({}, 'stop')), 'cut'], {
    text: 'Whole.',
    finish: 'stop',
  }),
  chat('complete', 'usage and nothing more', [say('Whole.'), usage()], answered('Whole.')),
  chat(
    'complete',
    'usage with the last words',
    [say('Who'), data({ ...chunk({ content: 'le.' }), usage: U })],
    answered('Whole.'),
  ),
  chat(
    'complete',
    'usage where the choice has it',
    [say('Whole.'), data({ ...chunk({}), choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage: U }] })],
    answered('Whole.'),
  ),
  chat(
    'complete',
    'usage where Groq has it',
    [say('Whole.', 'stop'), data({ choices: [], x_groq: { usage: U } }), DONE],
    answered('Whole.'),
  ),
  chat(
    'complete',
    'usage in words',
    [
      say('Whole.', 'stop'),
      usage({ prompt_tokens: '100', completion_tokens: ' 20 ', total_tokens: '120', prompt_tokens_details: 0 }),
      DONE,
    ],
    answered('Whole.'),
  ),
  chat(
    'complete',
    'usage of which a part is nonsense',
    [say('Whole.', 'stop'), usage({ ...U, completion_tokens_details: { reasoning_tokens: 'n/a' }, cost: null }), DONE],
    answered('Whole.'),
  ),
  chat(
    'complete',
    'usage that falls',
    [
      say('Whole.', 'stop'),
      usage({ prompt_tokens: 100, completion_tokens: 900, total_tokens: 1000 }),
      usage({ prompt_tokens: 100, completion_tokens: 2, total_tokens: 102 }),
      DONE,
    ],
    { text: 'Whole.', finish: 'stop', usage: [100, 900] },
  ),
  chat('complete', 'usage in the middle and no end', [say('Begin'), usage(), say('ning')], broken('Beginning')),
  chat(
    'complete',
    'usage with every word and no end',
    [data({ ...chunk({ content: 'Begin' }), usage: U }), data({ ...chunk({ content: 'ning' }), usage: U })],
    broken('Beginning'),
  ),
  chat('complete', 'words and nothing more', [say('Begin'), say('ning')], broken('Beginning')),
  chat('complete', 'words, and then the connection breaks', [say('Begin'), say('ning'), 'cut'], broken('Beginning')),
  chat(
    'complete',
    'words and half an event',
    [say('Beginning'), 'data: {"choices":[{"delta":{"con'],
    broken('Beginning'),
  ),
  chat(
    'complete',
    'an event in the middle that is broken',
    [say('Begin'), 'data: {"choices":[{"del\n\n', say('ning')],
    {
      text: 'Begin',
      error: 'model/failed',
      retryable: true,
    },
  ),
  chat('complete', 'nothing at all', [], nothing),
  chat('complete', 'a connection that breaks at once', ['cut'], broken('')),
  chat(
    'complete',
    'an answer in one piece',
    json(200, {
      id: 'x',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Not streamed.' }, finish_reason: 'stop' }],
      usage: U,
    }),
    answered('Not streamed.'),
  ),
  chat(
    'complete',
    'an answer in one piece over many lines',
    json(
      200,
      JSON.stringify(
        {
          choices: [{ message: { content: [{ type: 'text', text: 'Not streamed.' }], reasoning: 'Hm.' } }],
          usage: U,
        },
        null,
        2,
      ),
    ),
    { ...answered('Not streamed.'), reasoning: 'Hm.' },
  ),
  chat(
    'complete',
    'an answer in one piece that says it is a stream',
    stream([
      JSON.stringify({ choices: [{ message: { content: 'Not streamed.' }, finish_reason: 'length' }], usage: U }),
    ]),
    { text: 'Not streamed.', finish: 'length' },
  ),
  chat(
    'complete',
    'thoughts without an answer',
    [data(chunk({ reasoning_content: '42.' })), data(chunk({}, 'stop')), usage(), DONE],
    {
      text: '',
      reasoning: '42.',
      finish: 'stop',
      usage: [100, 20],
    },
  ),
  chat('complete', 'a filter without a word', [data(chunk({}, 'content_filter')), usage(), DONE], {
    text: '',
    finish: 'refused',
  }),
  chat(
    'complete',
    'a refusal in its own field',
    [data(chunk({ refusal: 'I will not.' })), data(chunk({}, 'stop')), DONE],
    {
      text: 'I will not.',
      finish: 'refused',
    },
  ),
];

const words: OddCase[] = [
  ...Object.entries<unknown>({
    reasoning_content: { reasoning_content: 'Hm.' },
    reasoning: { reasoning: 'Hm.' },
    thinking: { thinking: 'Hm.' },
    'an object': { reasoning: { content: 'Hm.' } },
    details: { reasoning_details: [{ type: 'reasoning.text', text: 'Hm.' }] },
    'a summary': {
      reasoning_details: [
        { type: 'reasoning.summary', summary: 'Hm.' },
        { type: 'reasoning.encrypted', data: 'x' },
      ],
    },
    'two fields': { reasoning: 'Hm.', reasoning_details: [{ type: 'reasoning.text', text: 'Hm.' }] },
    parts: { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] }] },
    'a part with text': { content: [{ type: 'thinking', thinking: 'Hm.' }] },
  }).map(([name, delta]) =>
    chat('words', `thoughts as ${name}`, [data(chunk(delta)), say('Yes.'), data(chunk({}, 'stop')), usage(), DONE], {
      ...answered('Yes.'),
      reasoning: 'Hm.',
    }),
  ),
  ...Object.entries<unknown>({
    parts: [{ type: 'text', text: 'Yes.' }],
    'parts with values': [{ type: 'text', text: { value: 'Yes.' } }],
    'a list of texts': ['Ye', 's.'],
    'output parts': [{ type: 'output_text', text: 'Yes.' }],
  }).map(([name, content]) =>
    chat('words', `text as ${name}`, [say(content, 'stop'), usage(), DONE], answered('Yes.')),
  ),
  chat(
    'words',
    'text as completions have it',
    [data({ choices: [{ text: 'Yes.', index: 0, finish_reason: 'stop' }], usage: U }), DONE],
    answered('Yes.'),
  ),
  chat(
    'words',
    'text as a message',
    [data({ choices: [{ message: { content: 'Yes.' }, index: '0', finish_reason: 'stop' }], usage: U }), DONE],
    answered('Yes.'),
  ),
];

export const chatCases: OddCase[] = [
  ...Object.entries(framings).map(([name, body]) =>
    chat(
      'framing',
      name,
      typeof body === 'string' ? [body] : body,
      answered(name.startsWith('a letter') ? 'Framed wöll.' : 'Framed well.'),
    ),
  ),
  ...Object.entries(nothings).map(([name, nothing]) =>
    chat(
      'nothing',
      name,
      plain('Nothing lost.').map((event) => `${nothing}${event}`),
      answered('Nothing lost.'),
    ),
  ),
  ...reasons.map(([reason, finish]) =>
    chat('reasons', `ends with ${reason}`, plain('Said.', reason), { text: 'Said.', finish, usage: [100, 20] }),
  ),
  ...complete,
  ...words,
];
