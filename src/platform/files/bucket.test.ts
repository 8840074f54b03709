import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import type { Clock } from '../../kernel/clock.ts';
import { StartError, VendorError } from '../../kernel/errors.ts';
import { uuidFromName } from '../../kernel/ids.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { startFakeS3 } from '../../testing/fake-s3.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import { addressOf } from './bucket-requests.ts';
import { openBucket } from './index.ts';
import type { BucketConfig } from './index.ts';

const fake = await startFakeS3();
const { config } = fake;
afterEach(() => fake.reset());
afterAll(() => fake.close());

/** Nobody waits between attempts. */
const hasty: Clock = { ...systemClock, sleep: () => Promise.resolve() };
const open = (changes: Partial<BucketConfig> = {}, clock = hasty) =>
  openBucket({ ...config, ...changes }, { clock, logger: silentLogger });
const id = uuidFromName('file');
const key = `bot/${id.slice(0, 2)}/${id}`;
const bytes = Buffer.from([0, 1, 2, 255]);

describe('a bucket at the start', () => {
  it('is tried, and nothing stays of it', async () => {
    await open();
    expect([...fake.objects.keys()]).toEqual([]);
    expect(fake.requests.map((request) => request.split(' ')[0])).toEqual(['GET', 'PUT', 'GET', 'DELETE']);
  });

  it.each<[string, Partial<BucketConfig>, RegExp]>([
    [
      'another key',
      { accessKeyId: 'OTHER' },
      /refuses the key \(HTTP 403, InvalidAccessKeyId\)\. Check S3_ACCESS_KEY_ID and/,
    ],
    ['a wrong secret', { secretAccessKey: 'wrong' }, /refuses the key \(HTTP 403, SignatureDoesNotMatch\)/],
    [
      'a bucket that is not there',
      { bucket: 'no-such-bucket' },
      /bucket no-such-bucket at .* doesn't exist\. Create it, or set files\.s3\.bucket/,
    ],
    ['another region', { region: 'us-east-1' }, /is in another region \(HTTP 400, .*\)\. Set files\.s3\.region/],
  ])('with %s stops the start and says what to do', async (_what, changes, message) => {
    const error = await open(changes).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartError);
    expect((error as StartError).message).toMatch(message);
    expect((error as StartError).message).not.toContain(config.secretAccessKey);
  });

  it('that is not there stops the start after three attempts', async () => {
    const gone = await startFakeS3();
    await gone.close();
    await expect(open({ endpoint: gone.config.endpoint })).rejects.toThrow(
      /can't be reached: .*Check files\.s3\.endpoint/,
    );
    fake.fail({ status: 503, code: 'SlowDown', times: 3 });
    await expect(open()).rejects.toThrow(/doesn't work right now \(HTTP 503, SlowDown\)/);
    expect(fake.requests).toHaveLength(3);
  });

  it('names the region that the service names', async () => {
    fake.fail({ status: 301, code: 'PermanentRedirect', headers: { 'x-amz-bucket-region': 'eu-west-3' } });
    await expect(open()).rejects.toThrow(/Set files\.s3\.region to eu-west-3/);
  });

  it('whose key may only read stops the start', async () => {
    fake.fail({ method: 'PUT', status: 403, code: 'AccessDenied' });
    await expect(open()).rejects.toThrow(/The key needs s3:ListBucket .*s3:PutObject/);
  });
});

describe('a bucket while the bot runs', () => {
  it('stores, reads and deletes under names like those in a folder', async () => {
    const bucket = await open();
    await bucket.write(id, bytes);
    expect([...fake.objects.keys()]).toEqual([key]);
    expect(await bucket.read(id, 100)).toEqual(bytes);
    await bucket.remove(id);
    await bucket.remove(id);
    expect(await bucket.read(id, 100)).toBeUndefined();
    await expect(bucket.write('../x', bytes)).rejects.toThrow('an id of ours');
  });

  it.each([
    ['500', { status: 500, code: 'InternalError' }],
    ['503', { status: 503, code: 'SlowDown' }],
    ['a connection that ends', { cut: 'before' as const }],
  ])('is asked again after %s', async (_what, fault) => {
    const bucket = await open();
    fake.fail({ ...fault, times: 2 });
    await bucket.write(id, bytes);
    fake.fail({ cut: 'within' });
    expect(await bucket.read(id, 2000)).toEqual(bytes);
  });

  it('is left alone for three seconds once it has failed three times', async () => {
    const clock = createManualClock(Date.now());
    const bucket = await open({}, { ...clock, sleep: () => Promise.resolve() });
    fake.fail({ status: 503, times: 3 });
    await expect(bucket.write(id, bytes)).rejects.toMatchObject({ code: 'files/away', retryable: true });
    const asked = fake.requests.length;
    await expect(bucket.read(id, 10)).rejects.toBeInstanceOf(VendorError);
    expect(fake.requests).toHaveLength(asked);
    await clock.advance(3000);
    await bucket.write(id, bytes);
  });

  it('that never answers is given up', async () => {
    const clock = createManualClock(Date.now());
    const bucket = await open({}, clock);
    fake.fail({ hang: true });
    const reading = bucket.read(id, 10).catch((error: unknown) => error);
    await fake.hung();
    await clock.advance(10_001);
    expect(await reading).toMatchObject({ code: 'files/away', retryable: true });
  });

  it('that has another time is believed', async () => {
    const bucket = await open();
    fake.aheadMs = 3_600_000;
    await bucket.write(id, bytes);
    const asked = fake.requests.length;
    expect(await bucket.read(id, 100)).toEqual(bytes);
    // From then on its time is known.
    expect(fake.requests).toHaveLength(asked + 1);
  });

  it('that is full says so as a disk does', async () => {
    const bucket = await open();
    fake.fail({ status: 507, code: 'XMinioStorageFull' });
    await expect(bucket.write(id, bytes)).rejects.toMatchObject({ code: 'ENOSPC' });
  });

  it('sends no more than it should', async () => {
    const bucket = await open();
    await bucket.write(id, bytes);
    await expect(bucket.read(id, 3)).rejects.toThrow('more than 3 bytes');
  });

  it('lists its files over pages, and nothing else', async () => {
    const bucket = await open();
    fake.pageSize = 2;
    const ids = ['a', 'b', 'c', 'd', 'e'].map((name) => uuidFromName(name));
    for (const one of ids) await bucket.write(one, bytes);
    fake.objects.set('bot/readme.txt', { bytes, writtenMs: 0 });
    fake.objects.set(`bot/zz/${id}`, { bytes, writtenMs: 0 });
    const found: string[] = [];
    for await (const { id: one } of bucket.list(Date.now() + 1000)) found.push(one);
    expect(found.toSorted()).toEqual(ids.toSorted());
    const old: string[] = [];
    for await (const { id: one } of bucket.list(Date.now() - 60_000)) old.push(one);
    expect(old).toEqual([]);
  });
});

it('the address of a file has the bucket in its path or in its host', () => {
  const amazon = { ...config, endpoint: 'https://s3.eu-central-1.amazonaws.com', pathStyle: false };
  expect(addressOf(amazon, 'ab/x').href).toBe('https://familiar-files.s3.eu-central-1.amazonaws.com/bot/ab/x');
  expect(addressOf({ ...amazon, pathStyle: true }).href).toBe('https://s3.eu-central-1.amazonaws.com/familiar-files');
  expect(addressOf({ ...amazon, prefix: '' }).href).toBe('https://familiar-files.s3.eu-central-1.amazonaws.com/');
  expect(addressOf({ ...config, endpoint: 'https://nas.example.org/s3' }, 'ab/x').pathname).toBe(
    '/s3/familiar-files/bot/ab/x',
  );
});
