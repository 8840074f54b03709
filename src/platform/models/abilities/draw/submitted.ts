import type { Json } from '../../../../kernel/json.ts';
import { modelError, ProviderReport } from '../../errors.ts';
import { recordOf, textOf } from '../../failure.ts';
import { hideKey } from '../../wire/guarded-fetch.ts';
import { lingering, NOTHING_USED, unreadable } from '../call.ts';
import type { Attempt } from '../call.ts';
import type { DrawEvent, DrawnImage, DrawWork } from '../port.ts';
import { askFields, bytesAt, imageFrom, imageFromText, MOST_BYTES } from './ask.ts';
import type { Authorize } from './ask.ts';
import { paceOf, poll } from './poll.ts';
import { plain } from './replicate-models.ts';
import { oneByOne, together } from './together.ts';
import type { Drawn } from './together.ts';
import type { DrawWire } from './wire.ts';
import { dataUrlOf, imagesOf, maskOf, modeOf, pixelsOf } from './work.ts';

type Service = NonNullable<Attempt['config']['submitted']>;
type Values = Readonly<Record<string, Json | undefined>>;

const MOST_WAIT_FACTOR = 2;

async function* draw(attempt: Attempt, work: DrawWork, modelId: string): AsyncGenerator<DrawEvent, void> {
  const service = attempt.config.submitted;
  if (!service) throw new Error('the settings do not say how the service is asked');
  const asksForMany = JSON.stringify(service.submit).includes('{{count}}');
  const requests = asksForMany
    ? [() => request(attempt, service, work)]
    : oneByOne(work, (one) => request(attempt, service, one));
  yield* together(attempt, { modelId, work }, requests);
}

async function request(attempt: Attempt, service: Service, work: DrawWork): Promise<Drawn> {
  const count = work.count ?? 1;
  const values = valuesOf(attempt, work);
  const begun = send(attempt, service, service.submit, values, lingering(attempt)).then((answer) => {
    const id = textOf(at(answer, service.id));
    if (id === '') throw unreadable(attempt.provider, 'something that is no result');
    return { id };
  });
  attempt.onLeave(async (signal) => {
    const { id } = await begun;
    if (!service.cancel) return count;
    await send(attempt, service, service.cancel, { ...values, id }, signal);
    return service.chargesCancelled ? count : 0;
  });
  const ids = { ...values, ...(await begun) };
  const look = async (): Promise<Record<string, unknown> | undefined> => {
    const answer = await send(attempt, service, service.poll, ids, attempt.signal);
    const state = textOf(at(answer, service.status));
    const { done, failed, refused, cancelled } = service;
    return [done, failed, refused, cancelled].some((states) => states.includes(state)) ? answer : undefined;
  };
  const { everyMs: firstMs } = service;
  const pace = paceOf(work, ids.id, { firstMs, mostMs: MOST_WAIT_FACTOR * firstMs });
  return read(attempt, service, await poll(attempt, { ...pace, look }));
}

async function send(
  attempt: Attempt,
  service: Service,
  { method, path, body }: Service['submit'],
  values: Values,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const address = path.replace(/\{\{(\w+)\}\}/g, (_match, name: string) => encodeURIComponent(textOf(values[name])));
  const asked = {
    method: method ?? (body ? 'POST' : 'GET'),
    ...{ path: address, signal, authorize: authorizeBy(service), most: MOST_BYTES },
  };
  const filled = body && recordOf(fill(body, values));
  return (await askFields(attempt, { ...asked, ...(filled && { body: filled }) })).fields;
}

const authorizeBy =
  ({ keyHeader, keyPrefix }: Service): Authorize =>
  (apiKey) =>
    apiKey === '' ? {} : { [keyHeader]: `${keyPrefix}${apiKey}` };

/** Puts values in: one that is a whole text as it is, one within a text as text. What has no value is left out. */
function fill(template: Json, values: Values): Json | undefined {
  if (typeof template === 'string') {
    const [, whole] = /^\{\{(\w+)\}\}$/.exec(template) ?? [];
    if (whole !== undefined) return values[whole];
    return template.replace(/\{\{(\w+)\}\}/g, (_match, name: string) => textOf(values[name]));
  }
  if (Array.isArray(template)) {
    return template.map((one) => fill(one, values)).filter((one) => one !== undefined);
  }
  if (typeof template !== 'object' || template === null) return template;
  const entries = Object.entries(template).map(([name, one]) => [name, fill(one, values)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function valuesOf({ model }: Attempt, work: DrawWork): Values {
  const images = imagesOf(work).map(dataUrlOf);
  const mask = maskOf(work);
  const { width, height } = pixelsOf(work) ?? {};
  return {
    ...{ model, prompt: work.prompt, negativePrompt: work.negativePrompt, find: work.find, mode: modeOf(work) },
    ...{ image: images[0], images: images.length === 0 ? undefined : images, mask: mask && dataUrlOf(mask) },
    ...{ width, height, size: work.size, aspect: work.aspect, count: work.count ?? 1, seed: work.seed },
    ...{ strength: work.strength, style: work.style, factor: work.factor, ...work.margins },
    webhook: work.webhook?.url,
  };
}

/** What stands under names with dots between them. */
function at(answer: Record<string, unknown>, path: string): unknown {
  let value: unknown = answer;
  for (const name of path.split('.')) {
    value =
      Array.isArray(value) && /^\d{1,3}$/.test(name) ? (value as unknown[])[Number(name)] : recordOf(value)?.[name];
  }
  return value;
}

async function read(attempt: Attempt, service: Service, answer: Record<string, unknown>): Promise<Drawn> {
  const { provider, apiKey } = attempt;
  const state = textOf(at(answer, service.status));
  if (service.refused.includes(state)) return { images: [], outcome: 'refused' };
  if (service.cancelled.includes(state)) {
    if (!service.chargesCancelled) attempt.used(NOTHING_USED);
    throw modelError('model/failed', `${provider}: the work was cancelled there`, { retryable: false });
  }
  if (service.failed.includes(state)) {
    const body = hideKey(JSON.stringify(answer).slice(0, 2000), apiKey);
    throw new ProviderReport({ body, turnedAway: false });
  }
  const found = at(answer, service.images);
  const texts = (Array.isArray(found) ? (found as unknown[]) : [found]).map(textIn).filter((text) => text !== '');
  if (texts.length === 0) throw unreadable(provider, 'no images');
  const images: DrawnImage[] = [];
  for (const text of texts.slice(0, 10)) {
    const isAddress = /^https?:/.test(text) && text.length < 4096;
    images.push(
      isAddress ? imageFrom(attempt, await bytesAt(attempt, text, authorizeBy(service))) : imageFromText(attempt, text),
    );
  }
  return { images };
}

/** Alone, or under `url`. */
const textIn = (entry: unknown): string => textOf(entry) || textOf(recordOf(entry)?.['url']);

/** A service of the settings' own that takes a request, works on it, and is asked for the result. */
export const submitted: DrawWire = {
  draw,
  // What else a model takes, the settings say.
  describe: () => ({ ...plain, seed: false }),
  names: ({ models = [] }) => models.map(({ name }) => name),
};
