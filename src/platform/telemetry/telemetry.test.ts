import { describe, expect, it } from 'vitest';
import { createLogger, createMetrics } from './index.ts';

function capture(options: { pretty: boolean; secrets?: readonly string[]; level?: 'debug' | 'info' }) {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', ...options, write: (line) => lines.push(line) });
  return { logger, lines };
}

describe('the logger', () => {
  it('writes JSON with level, time, fields and sentence', () => {
    const { logger, lines } = capture({ pretty: false });
    logger.child({ role: 'worker' }).info({ jobs: 3 }, 'Started.');
    const line = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    expect(line).toMatchObject({ level: 'info', role: 'worker', jobs: 3, msg: 'Started.' });
    expect(Date.parse(String(line['time']))).not.toBeNaN();
  });

  it('leaves out lines below its level', () => {
    const { logger, lines } = capture({ pretty: false });
    logger.debug({}, 'quiet');
    expect(lines).toEqual([]);
  });

  it('never writes tokens, keys or known secrets', () => {
    const { logger, lines } = capture({ pretty: false, secrets: ['s3cret-value'] });
    logger.warn(
      { token: 'abc.def', request: { headers: { authorization: 'Bearer xyz' } }, apiKeys: ['k1'] },
      'Refused.',
    );
    logger.error({ error: new Error('bad key s3cret-value') }, 'Failed.');
    const all = lines.join('');
    expect(all).not.toMatch(/abc\.def|xyz|k1|s3cret-value/);
    expect(all.match(/\[hidden\]/g)?.length).toBeGreaterThanOrEqual(4);
  });

  it('describes errors by name, code, message and cause, without their requests', () => {
    const { logger, lines } = capture({ pretty: false });
    const error = Object.assign(new Error('outer', { cause: new TypeError('inner') }), {
      code: 'X1',
      requestBodyValues: 'private words',
    });
    logger.error({ error }, 'Failed.');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      error: { name: 'Error', message: 'outer', code: 'X1', cause: { name: 'TypeError', message: 'inner' } },
    });
    expect(lines[0]).not.toContain('private words');
  });

  it('writes readable lines on request', () => {
    const { logger, lines } = capture({ pretty: true });
    logger.error({ port: 3000, error: new Error('in use') }, 'Cannot listen.');
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d error Cannot listen\. port=3000\n {6}Error: in use\n/);
  });
});

describe('metrics', () => {
  it('counts, sets and observes by label, one metric per name', async () => {
    const metrics = createMetrics();
    metrics.counter({ name: 'answers_total', help: 'Answers', labels: ['model'] }).add({ model: 'demo' });
    metrics.counter({ name: 'answers_total', help: 'Answers', labels: ['model'] }).add({ model: 'demo' }, 2);
    metrics.gauge({ name: 'waiting', help: 'Waiting', collect: (gauge) => gauge.set(7) });
    metrics.histogram({ name: 'answer_seconds', help: 'Time', buckets: [1, 5] }).observe(3);
    const { body, contentType } = await metrics.read();
    expect(contentType).toContain('text/plain');
    expect(body).toContain('answers_total{model="demo"} 3');
    expect(body).toContain('waiting 7');
    expect(body).toContain('answer_seconds_bucket{le="1"} 0');
    expect(body).toContain('answer_seconds_bucket{le="5"} 1');
    expect(body).not.toContain('process_cpu');
  });
});
