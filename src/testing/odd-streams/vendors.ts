import { answered, broken, data, json, sse, stream } from './case.ts';
import type { OddCase, OddEnding, Serve } from './case.ts';

const event = (value: { type: string; [field: string]: unknown }): string => `event: ${value.type}\n${data(value)}`;
const counted = { input_tokens: 100, output_tokens: 20 };

const start = event({
  type: 'message_start',
  message: { id: 'm', role: 'assistant', content: [], usage: { input_tokens: 100, output_tokens: 1 } },
});
const open = event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });
const text = (words: string) =>
  event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: words } });
const close = event({ type: 'content_block_stop', index: 0 });
const ending = (reason: unknown, usage: unknown = counted) =>
  event({ type: 'message_delta', delta: { stop_reason: reason }, usage });
const stop = event({ type: 'message_stop' });
const message = (words: string) => [start, open, text(words), close, ending('end_turn'), stop];

const whole: OddEnding = answered('Whole.');
const messages: [string, OddCase['serve'], OddEnding][] = [
  ['as specified', message('Whole.'), whole],
  ['line ends of Windows', [message('Whole.').join('').replaceAll('\n', '\r\n')], whole],
  ['events on neighbouring lines', [message('Whole.').join('').replaceAll('\n\n', '\n')], whole],
  [
    'no names of events',
    [
      message('Whole.')
        .join('')
        .replaceAll(/event: \w+\n/g, ''),
    ],
    whole,
  ],
  [
    'pings, comments and unknown events',
    message('Whole.').map(
      (part) => `: x\n\nevent: ping\ndata: {"type":"ping"}\n\n${data({ type: 'vertex_event' })}${part}`,
    ),
    whole,
  ],
  ['no stop of the message', message('Whole.').slice(0, -1), whole],
  ['no stops at all', [start, open, text('Whole.'), ending('end_turn')], whole],
  ['no start', message('Whole.').slice(1), { text: 'Whole.', finish: 'stop' }],
  ['no start of the block', [start, text('Whole.'), ending('end_turn'), stop], whole],
  [
    'usage that is missing',
    [
      event({ type: 'message_start', message: { id: 7 } }),
      open,
      text('Whole.'),
      event({ type: 'message_delta', delta: { stop_reason: 'end_turn' } }),
      stop,
    ],
    { text: 'Whole.', finish: 'stop' },
  ],
  [
    'usage in words',
    [start, open, text('Whole.'), close, ending('end_turn', { input_tokens: '100', output_tokens: '20' }), stop],
    whole,
  ],
  [
    'the reasons of others',
    [start, open, text('Whole.'), close, ending('length'), stop],
    { text: 'Whole.', finish: 'length' },
  ],
  ['a refusal', [start, open, text('No.'), close, ending('refusal'), stop], { text: 'No.', finish: 'refused' }],
  [
    'an unknown block',
    [
      start,
      event({ type: 'content_block_start', index: 1, content_block: { type: 'hologram', x: 1 } }),
      ...message('Whole.').slice(1),
    ],
    whole,
  ],
  [
    'thoughts',
    [
      start,
      event({ type: 'content_block_start', index: 1, content_block: { type: 'thinking', thinking: '' } }),
      event({ type: 'content_block_delta', index: 1, delta: { type: 'thinking_delta', thinking: 'Hm.' } }),
      event({ type: 'content_block_stop', index: 1 }),
      ...message('Whole.').slice(1),
    ],
    { ...whole, reasoning: 'Hm.' },
  ],
  [
    'an answer in one piece',
    json(200, {
      id: 'm',
      type: 'message',
      content: [{ type: 'text', text: 'Whole.' }],
      stop_reason: 'end_turn',
      usage: counted,
    }),
    whole,
  ],
  ['an end in mid-answer', [start, open, text('Begin')], broken('Begin')],
  ['a connection that breaks', [start, open, text('Begin'), 'cut'], broken('Begin')],
  [
    'an error in mid-answer',
    [start, open, text('Begin'), event({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })],
    { text: 'Begin', error: 'model/overloaded', retryable: true },
  ],
  [
    'an error as first event',
    [event({ type: 'error', error: { type: 'rate_limit_error', message: 'x' } })],
    { text: '', error: 'model/rate-limited' },
  ],
  [
    'too little credit',
    json(400, {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'Your credit balance is too low to access the Anthropic API.' },
    }),
    { text: '', error: 'model/no-credit' },
  ],
  ['a web page', stream(['<html></html>']), { text: '', error: 'model/web-page', says: /web page/ }],
];

const delta = (words: string) =>
  event({ type: 'response.output_text.delta', item_id: 'i', output_index: 0, content_index: 0, delta: words });
const item = (state: 'added' | 'done') =>
  event({
    type: `response.output_item.${state}`,
    output_index: 0,
    item: { id: 'i', type: 'message', role: 'assistant', status: 'completed', content: [] },
  });
const finished = (more: object = {}, type = 'response.completed') =>
  event({ type, response: { id: 'r', created_at: 1, model: 'm', incomplete_details: null, usage: counted, ...more } });
const response = (words: string) => [item('added'), delta(words), item('done'), finished()];
const output = [{ type: 'message', id: 'i', content: [{ type: 'output_text', text: 'Whole.', annotations: [] }] }];

const responses: [string, OddCase['serve'], OddEnding][] = [
  ['as specified', response('Whole.'), whole],
  ['events on neighbouring lines', [response('Whole.').join('').replaceAll('\n\n', '\n')], whole],
  ['no blank line at the end', [response('Whole.').join('').trimEnd()], whole],
  [
    'types in the names of events alone',
    response('Whole.').map((part) => part.replace(/"type":"response[\w.]+",?/, '')),
    whole,
  ],
  [
    'pings and unknown events',
    response('Whole.').map(
      (part) =>
        `${event({ type: 'keepalive', sequence_number: 1 })}data:\n\n${event({ type: 'response.hologram.delta', delta: 7 })}${part}`,
    ),
    whole,
  ],
  [
    'odd fields',
    [
      event({ type: 'response.created', response: { id: 5, created_at: 'now' } }),
      event({ type: 'response.output_item.added', item: { type: 'web_thing' } }),
      ...response('Whole.'),
    ],
    whole,
  ],
  [
    'usage in words',
    [
      item('added'),
      delta('Whole.'),
      finished({ usage: { input_tokens: '100', output_tokens: '20', output_tokens_details: 'none' } }),
    ],
    whole,
  ],
  ['no usage', [item('added'), delta('Whole.'), finished({ usage: null })], { text: 'Whole.', finish: 'stop' }],
  ['all words at the end', [finished({ output })], whole],
  [
    'an answer in one piece',
    json(200, { id: 'r', object: 'response', status: 'completed', output, usage: counted }),
    whole,
  ],
  [
    'a limit',
    [
      item('added'),
      delta('Whole.'),
      finished({ incomplete_details: { reason: 'max_output_tokens' } }, 'response.incomplete'),
    ],
    { text: 'Whole.', finish: 'length' },
  ],
  ['[DONE] without an end', [item('added'), delta('Whole.'), 'data: [DONE]\n\n'], { text: 'Whole.', finish: 'stop' }],
  ['an end in mid-answer', [item('added'), delta('Begin')], broken('Begin')],
  ['a connection that breaks', [item('added'), delta('Begin'), 'cut'], broken('Begin')],
  [
    'a failure',
    [
      item('added'),
      delta('Begin'),
      event({ type: 'response.failed', response: { error: { code: 'server_error', message: 'x' } } }),
    ],
    { text: 'Begin', error: 'model/failed', retryable: true },
  ],
  [
    'an error event',
    [event({ type: 'error', code: 'rate_limit_exceeded', message: 'x', param: null })],
    { text: '', error: 'model/rate-limited' },
  ],
  [
    'an error event with an inner error',
    [event({ type: 'error', error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'x' } })],
    { text: '', error: 'model/no-credit' },
  ],
  [
    'Chat Completions',
    stream([data({ object: 'chat.completion.chunk', choices: [{ delta: { content: 'x' } }] })]),
    { text: '', error: 'model/unreadable', says: /openai-compatible/ },
  ],
];

const refusesTemperature: Serve = (request, response_) => {
  if (request.body['temperature'] !== undefined) {
    return json(400, {
      error: {
        message: "Unsupported parameter: 'temperature' is not supported with this model.",
        param: 'temperature',
        code: null,
      },
    })(request, response_);
  }
  response_.writeHead(200, sse);
  response_.end(response('Whole.').join(''));
};

const refusesBoth: Serve = (request, response_) => {
  if (request.body['temperature'] !== undefined) {
    return json(400, {
      type: 'error',
      error: { type: 'invalid_request_error', message: '`temperature` is deprecated for this model.' },
    })(request, response_);
  }
  response_.writeHead(200, sse);
  response_.end(message('Whole.').join(''));
};

export const vendorCases: OddCase[] = [
  ...messages.map(([name, serve, ends]): OddCase => ({ group: 'Anthropic', name, type: 'anthropic', serve, ends })),
  ...responses.map(([name, serve, ends]): OddCase => ({ group: 'Responses', name, type: 'openai', serve, ends })),
  {
    group: 'Responses',
    name: 'no temperature',
    type: 'openai',
    provider: { models: [{ name: 'gpt-4.1' }] },
    temperature: 0.3,
    serve: refusesTemperature,
    ends: { ...whole, requests: 2 },
  },
  {
    group: 'Anthropic',
    name: 'no temperature',
    type: 'anthropic',
    temperature: 0.3,
    serve: refusesBoth,
    ends: { ...whole, requests: 2 },
  },
];
