import { modelError, ProviderReport } from '../../errors.ts';
import { failingStatus, recordOf, textOf } from '../../failure.ts';
import { hideKey } from '../../wire/guarded-fetch.ts';
import { lingering, NOTHING_USED, unreadable } from '../call.ts';
import type { Attempt } from '../call.ts';
import type { DrawEvent, DrawWork } from '../port.ts';
import { askFields, MOST_BYTES } from './ask.ts';
import { describeDrawing } from './describe.ts';
import { fetchImages } from './fetched.ts';
import { addressesIn, inputOf, namesOf } from './fields.ts';
import type { SentImages } from './fields.ts';
import { paceOf, poll } from './poll.ts';
import { generic, known } from './replicate-models.ts';
import { oneByOne, together } from './together.ts';
import type { Drawn } from './together.ts';
import type { DrawWire } from './wire.ts';
import { dataUrlOf, fileOf, imagesOf, maskOf } from './work.ts';

/** How long the provider keeps the first request open: fast models are done by then. It takes 1 to 60. */
const WAIT_SECONDS = 5;
const LEAST_DEADLINE_SECONDS = 5;
const PACE = { firstMs: 500, mostMs: 5000 };
/** Larger files are uploaded first, as its documentation asks. */
const MOST_DATA_URL_BYTES = 256_000;

interface Prediction {
  id: string;
  status: string;
  output: unknown;
  error: string;
  removed: boolean;
}

async function* draw(attempt: Attempt, work: DrawWork, modelId: string): AsyncGenerator<DrawEvent, void> {
  const names = namesOf((known[nameOf(attempt.model)] ?? generic).fields, attempt.model, attempt.config);
  const sent = await sentImages(attempt, work);
  const requests =
    names.count === undefined
      ? oneByOne(work, (one) => predict(attempt, one, sent))
      : [() => predict(attempt, work, sent)];
  yield* together(attempt, { modelId, work }, requests);
}

/** Without its version. */
const nameOf = (model: string): string => model.split(':', 1)[0] ?? model;

async function sentImages(attempt: Attempt, work: DrawWork): Promise<SentImages> {
  const images = await Promise.all(imagesOf(work).map(async (bytes) => addressOf(attempt, bytes)));
  const mask = maskOf(work);
  return { images, ...(mask && { mask: await addressOf(attempt, mask) }) };
}

async function addressOf(attempt: Attempt, bytes: Uint8Array): Promise<string> {
  const dataUrl = dataUrlOf(bytes);
  if (dataUrl.length <= MOST_DATA_URL_BYTES) return dataUrl;
  const body = new FormData();
  body.set('content', ...fileOf(bytes, 'image'));
  const { fields } = await askFields(attempt, { method: 'POST', path: '/v1/files', body });
  const address = textOf(recordOf(fields['urls'])?.['get']);
  if (address === '') throw unreadable(attempt.provider, 'no address of the image that it was sent');
  return address;
}

async function predict(attempt: Attempt, work: DrawWork, sent: SentImages): Promise<Drawn> {
  const begun = begin(attempt, work, sent);
  attempt.onLeave(async (signal) => {
    const { id } = await begun;
    const path = `/v1/predictions/${encodeURIComponent(id)}/cancel`;
    const cancelled = predictionIn(attempt, (await askFields(attempt, { method: 'POST', path, signal })).fields);
    if (cancelled.status === 'succeeded') return addressesIn(cancelled.output).length;
    // Before it started it costs nothing; once it ran it does.
    return cancelled.status === 'aborted' ? 0 : (work.count ?? 1);
  });
  const first = await begun;
  const path = `/v1/predictions/${encodeURIComponent(first.id)}`;
  const look = async () => ended(predictionIn(attempt, (await askFields(attempt, { path, most: MOST_BYTES })).fields));
  const prediction = ended(first) ?? (await poll(attempt, { ...paceOf(work, first.id, PACE), look }));
  return drawnBy(attempt, prediction);
}

const going: readonly string[] = ['starting', 'processing', 'queued'];
const ended = (prediction: Prediction): Prediction | undefined =>
  going.includes(prediction.status) ? undefined : prediction;

async function begin(attempt: Attempt, work: DrawWork, sent: SentImages): Promise<Prediction> {
  const { config, model, timeoutMs } = attempt;
  const { fields, fixed = {} } = known[nameOf(model)] ?? generic;
  const input = {
    ...fixed,
    ...inputOf(work, namesOf(fields, model, config), describeDrawing(model, config, describe), sent),
  };
  const seconds = Math.max(LEAST_DEADLINE_SECONDS, Math.ceil(timeoutMs / 1000));
  const headers = { prefer: `wait=${WAIT_SECONDS}`, 'cancel-after': `${seconds}s` };
  const { webhook } = work;
  const reports = webhook ? { webhook: webhook.url, webhook_events_filter: ['completed'] } : {};
  const signal = lingering(attempt);
  const create = async (path: string, what: Record<string, unknown>): Promise<Prediction> => {
    const asked = { method: 'POST', path, headers, signal, most: MOST_BYTES, body: { ...what, input, ...reports } };
    return predictionIn(attempt, (await askFields(attempt, asked)).fields);
  };
  const version = model.split(':')[1];
  if (version !== undefined) return create('/v1/predictions', { version });
  try {
    return await create(`/v1/models/${nameOf(model)}/predictions`, {});
  } catch (error) {
    // Only its official models are asked by name; of the others a version is.
    if (!(error instanceof ProviderReport) || failingStatus(error.statusCode) !== 404) throw error;
    return create('/v1/predictions', { version: await latestVersion(attempt) });
  }
}

async function latestVersion(attempt: Attempt): Promise<string> {
  const { fields } = await askFields(attempt, { path: `/v1/models/${nameOf(attempt.model)}`, most: MOST_BYTES });
  const id = textOf(recordOf(fields['latest_version'])?.['id']);
  if (id !== '') return id;
  const message = `${attempt.provider}: the model has no version that can be run`;
  throw modelError('model/unknown-model', message, { retryable: false, turnedAway: true });
}

function predictionIn({ provider }: Attempt, fields: Record<string, unknown>): Prediction {
  const { id, status, output, error, data_removed: removed } = fields;
  if (typeof id !== 'string' || typeof status !== 'string') throw unreadable(provider, 'something that is no result');
  return { id, status, output, error: textOf(error), removed: removed === true };
}

const refusals = /nsfw|sensitive|safety|flagged|moderation|content policy|prohibited|inappropriate|\bE005\b/i;

async function drawnBy(attempt: Attempt, { status, output, error, removed }: Prediction): Promise<Drawn> {
  const { provider, apiKey } = attempt;
  if (status === 'succeeded') {
    const addresses = addressesIn(output);
    if (addresses.length === 0 && removed) {
      const message = `${provider}: it has already deleted the result`;
      throw modelError('model/failed', message, { retryable: false });
    }
    return { images: await fetchImages(attempt, addresses), charged: addresses.length };
  }
  if (status === 'failed' && refusals.test(error)) return { images: [], outcome: 'refused' };
  if (status === 'aborted' || status === 'canceled') {
    const details = { retryable: true, turnedAway: status === 'aborted' };
    throw modelError('model/timeout', `${provider}: it ended the work at its deadline`, details);
  }
  const body = hideKey(JSON.stringify({ error: error.slice(0, 2000) || 'failed' }), apiKey);
  throw new ProviderReport({ body, turnedAway: false });
}

const describe: DrawWire['describe'] = (model) => (known[nameOf(model)] ?? generic).draws;

async function* reportSecret(attempt: Attempt): AsyncGenerator<string, void> {
  const { fields } = await askFields(attempt, { path: '/v1/webhooks/default/secret' });
  const { key } = fields;
  if (typeof key !== 'string') throw unreadable(attempt.provider, 'no secret');
  attempt.used(NOTHING_USED);
  yield key;
}

/** Replicate: any model by `owner/name`, or one version of it by `owner/name:version`. */
export const replicate: DrawWire = { draw, describe, names: () => Object.keys(known), hasMore: true, reportSecret };
