import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { VendorError } from '../kernel/errors.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { ProviderConfig } from '../platform/config/index.ts';
import { createModels } from '../platform/models/index.ts';
import type { AbilityUsage, Drawing, DrawMode, DrawnImage, DrawWork, Models } from '../platform/models/index.ts';
import { createWeb } from '../platform/web/index.ts';
import { startDrawServer } from './draw/server.ts';
import type { DrawFault, FakeDrawWire } from './draw/server.ts';
import { createManualClock } from './manual-clock.ts';
import type { ManualClock } from './manual-clock.ts';
import { plainPng } from './pictures.ts';

export const TIMEOUT_MS = 60_000;
const picture = plainPng(64, 64);
export const pictureInput = { bytes: picture, role: 'image' as const };
export const maskInput = { bytes: picture, role: 'mask' as const };

/** Time stands still but for those who sleep, who wake at once: a provider is asked again without any wait. */
export function createEagerClock(): ManualClock {
  const clock = createManualClock(1_700_000_000_000);
  const sleep = (_delayMs: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      setImmediate(() => (signal?.aborted ? reject(signal.reason as Error) : resolve()));
    });
  return Object.defineProperties({ sleep } as ManualClock, {
    now: { value: clock.now },
    after: { value: clock.after },
    advance: { value: clock.advance },
    pending: { get: () => clock.pending },
  });
}

/** How one wire is asked. */
export interface DrawSubject {
  name: string;
  wire: FakeDrawWire;
  config(origin: string): Partial<ProviderConfig> & Pick<ProviderConfig, 'type'>;
  /** A model for each mode, by the part after the slash. */
  models: Partial<Record<DrawMode, string>> & { generate: string };
  /** Method and path of the request that begins a drawing. */
  begins: RegExp;
  /** Those of the request that asks how it is. */
  asks?: RegExp;
  /** Those of the request that cancels, and how many of the two images that are asked for it then charges. */
  cancels?: { match: RegExp; charged: number };
  /** It may hide what it drew. */
  blurs?: boolean;
  /** Its results are addresses. */
  gives?: 'addresses';
  /** It shows unfinished images. */
  previews?: boolean;
  /** It has no policy of its own. */
  neverRefuses?: boolean;
}

export interface DrawnOutcome {
  result?: Drawing;
  previews: DrawnImage[];
  error?: unknown;
  used: AbilityUsage[];
}

/** One provider with its fake server. */
export async function createDrawBench({ wire, config }: Pick<DrawSubject, 'wire' | 'config'>) {
  const server = await startDrawServer(wire);
  const opened: Models[] = [];
  const open = async (changes: Partial<ProviderConfig> = {}): Promise<{ models: Models; clock: ManualClock }> => {
    const clock = createEagerClock();
    const timeouts = { firstByteMs: TIMEOUT_MS, stallMs: TIMEOUT_MS, totalMs: TIMEOUT_MS };
    const p = { apiKeys: ['key-1'], timeouts, optional: false, ...config(server.origin), ...changes };
    const web = createWeb({ clock });
    const random = { next: () => 0 };
    const models = await createModels({ providers: { p }, web, clock, random, logger: silentLogger });
    opened.push(models);
    // Its models are in its list, for which the eager clock doesn't wait.
    if (p.type === 'automatic1111') await models.check();
    return { models, clock };
  };
  /** All of one drawing, to its end. */
  const draw = async (
    models: Models,
    name: string,
    work: Partial<DrawWork>,
    { signal = new AbortController().signal, leave = false } = {},
  ): Promise<DrawnOutcome> => {
    const model = models.abilities.find('draw', `p/${name}`);
    if (!model) throw new Error(`there is no model ${name}`);
    const outcome: DrawnOutcome = { previews: [], used: [] };
    const most: AbilityUsage = { images: { count: work.count ?? 1 }, estimated: true };
    const onUsage = (usage: AbilityUsage): void => void outcome.used.push(usage);
    try {
      for await (const event of models.abilities.draw({ prompt: 'a cat', ...work, model, most, signal, onUsage })) {
        if (event.type === 'finish') outcome.result = event;
        else outcome.previews.push(event.image);
        if (leave) break;
      }
    } catch (error) {
      outcome.error = error;
    }
    return outcome;
  };
  return {
    ...{ server, open, draw },
    finish: async () => {
      await Promise.all(opened.splice(0).map((models) => models.close()));
      server.reset();
    },
  };
}

const codeOf = ({ error }: DrawnOutcome): string => (error instanceof VendorError ? error.code : String(error));

/** What every provider that draws keeps to: results, failures, and what is told of uses. */
export async function drawContract(subject: DrawSubject): Promise<void> {
  const { name, models: names, begins, asks, cancels } = subject;
  const bench = await createDrawBench(subject);
  const { server, open, draw } = bench;

  describe(`${name} as a provider of images`, () => {
    afterEach(() => bench.finish());
    afterAll(() => server.close());

    it('draws as many images as are asked for, and tells once what they are charged as', async () => {
      const { models } = await open();
      const { result, error, used } = await draw(models, names.generate, { count: 2 });
      expect(error).toBeUndefined();
      expect(result).toMatchObject({ outcome: 'done', modelId: `p/${names.generate}` });
      expect(result?.images).toMatchObject([{ width: 64 }, { contentType: 'image/png', height: 32 }]);
      expect(used).toMatchObject([{ images: { count: 2 }, estimated: false }]);
    });

    const modes = Object.entries(names).filter(([mode]) => mode !== 'generate') as [DrawMode, string][];
    it.each(modes)('can %s', async (mode, model) => {
      const { models } = await open();
      const { draws } = models.abilities.find('draw', `p/${model}`) ?? {};
      expect(draws?.modes).toContain(mode);
      const several = mode === 'edit' && (draws?.mostInputs ?? 0) > 1;
      const inputs = [pictureInput, ...(several ? [pictureInput] : []), ...(draws?.mask ? [maskInput] : [])];
      const margins = { left: 32, top: 0, right: 32, bottom: 0 };
      const work = { mode, inputs, margins, find: 'the dog', ...(mode === 'upscale' && { factor: 4 }) };
      const { result, error, used } = await draw(models, model, work);
      expect(error).toBeUndefined();
      expect(result).toMatchObject({ outcome: 'done', images: [{ width: 64 }] });
      expect(used).toMatchObject([{ images: { count: 1 }, estimated: false }]);
    });

    const turnedAway: [string, DrawFault, string][] = [
      ['a wrong key', { status: 401, json: { detail: 'Invalid token' } }, 'model/bad-key'],
      [
        'too many requests',
        { status: 429, headers: { 'retry-after': '7' }, json: { detail: 'Slow down' } },
        'model/rate-limited',
      ],
      ['a server error', { status: 503, json: { detail: 'overloaded' } }, 'model/overloaded'],
      ['a redirect', { status: 302, headers: { location: 'http://169.254.169.254/' } }, 'model/redirected'],
    ];
    it.each(turnedAway)('that answers with %s fails, free of charge', async (_what, fault, code) => {
      const { models } = await open();
      server.fail(begins, fault);
      const outcome = await draw(models, names.generate, {});
      expect(codeOf(outcome)).toBe(code);
      expect(outcome.used).toEqual([{ estimated: false }]);
      if (code === 'model/rate-limited') expect(outcome.error).toMatchObject({ retryAfterMs: 7000 });
      expect(server.requests.every(({ path }) => !path.includes('latest'))).toBe(true);
    });

    const broken: [string, DrawFault][] = [
      ['a web page', { html: true }],
      ['half an answer', { cut: true }],
      ['something else', { json: { hello: 'world' } }],
    ];
    it.each(broken)('that answers with %s fails, and counts as the most', async (_what, fault) => {
      const { models } = await open();
      server.fail(begins, fault);
      const outcome = await draw(models, names.generate, {});
      expect(codeOf(outcome)).toMatch(/^model\/(web-page|unreadable|broke-off|empty|failed)$/);
      expect(outcome.used).toEqual([{ images: { count: 1 }, estimated: true }]);
    });

    const endings = ['no-image', 'no-picture', ...(subject.gives ? (['elsewhere'] as const) : [])] as const;
    it.each(endings)('whose result is %s fails in clear words', async (ending) => {
      const { models } = await open();
      server.world.ending = ending;
      const outcome = await draw(models, names.generate, {});
      expect(codeOf(outcome)).toMatch(/^model\/(unreadable|empty|failed)$/);
      expect(String(outcome.error)).not.toContain('169.254');
      expect(outcome.used).toHaveLength(1);
    });

    it.skipIf(subject.neverRefuses)('that refuses charges nothing', async () => {
      const { models } = await open();
      server.world.ending = 'refused';
      const { result, used } = await draw(models, names.generate, { count: 2 });
      expect(result).toMatchObject({ outcome: 'refused', images: [] });
      expect(used).toEqual([{ estimated: false }]);
    });

    it.runIf(subject.blurs)('that hides what it drew charges for it', async () => {
      const { models } = await open();
      server.world.ending = 'blurred';
      const { result, used } = await draw(models, names.generate, { count: 2 });
      expect(result).toMatchObject({ outcome: 'blurred', images: [{ width: 64 }, { width: 64 }] });
      expect(used).toMatchObject([{ images: { count: 2 }, estimated: false }]);
    });

    it('ends by the clock when there is no end of it, and counts as the most', async () => {
      const { models, clock } = await open();
      if (asks) server.world.ending = 'never';
      else server.fail(begins, { hang: true });
      const drawing = draw(models, names.generate, { timeoutMs: 30_000 });
      await (asks ? server.requested(asks) : Promise.resolve());
      await clock.advance(30_000);
      await clock.advance(10_000);
      const outcome = await drawing;
      expect(codeOf(outcome)).toBe('model/timeout');
      expect(outcome.used).toMatchObject([{ estimated: cancels?.charged !== 0 }]);
    });

    it('is cancelled when it is given up', async () => {
      const { models, clock } = await open();
      if (asks) server.world.ending = 'never';
      else server.fail(begins, { hang: true });
      const gone = new AbortController();
      const drawing = draw(models, names.generate, { count: 2 }, { signal: gone.signal });
      if (asks) await server.requested(asks);
      else await clock.advance(0);
      gone.abort(new Error('changed my mind'));
      const outcome = await drawing;
      expect(String(outcome.error)).toContain('changed my mind');
      if (cancels) await server.requested(cancels.match);
      const count = cancels?.charged ?? 2;
      expect(outcome.used).toEqual([count === 0 ? { estimated: false } : { images: { count }, estimated: true }]);
    });

    it.runIf(subject.previews)('shows unfinished images, and ends when nobody looks', async () => {
      const { models } = await open();
      server.world.slow = true;
      const whole = await draw(models, names.generate, { previews: 2 });
      expect(whole.previews.length).toBeGreaterThan(0);
      expect(whole.previews[0]).toMatchObject({ width: 64, height: 32 });
      expect(whole.result?.outcome).toBe('done');
      const left = await draw(models, names.generate, { previews: 1 }, { leave: true });
      expect(left.result).toBeUndefined();
      expect(left.used).toHaveLength(1);
    });
  });
}
