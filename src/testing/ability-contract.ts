import { describe, expect, it } from 'vitest';
import { VendorError } from '../kernel/errors.ts';
import type {
  Abilities,
  Ability,
  AbilityCall,
  AbilityModel,
  AbilityResults,
  AbilityUsage,
  AbilityWork,
  Models,
} from '../platform/models/index.ts';
import type { FakeAbilities, FakeAbilityAnswer, FakePath } from './provider-abilities.ts';
import { fakeSound } from './sounds.ts';

/** Something to do for each ability that every model can do. */
export const works: { [A in Ability]: AbilityWork[A] } = {
  embed: { texts: ['a cat on a mat', 'the stock market', 'a cat on a sofa'] },
  transcribe: { audio: fakeSound(2), contentType: 'audio/ogg' },
  speak: { text: 'Hello there.' },
  moderate: { texts: ['good morning', 'something hateful: i will kill you'] },
  draw: { prompt: 'a cat', count: 2, size: '1024x1024', quality: 'low' },
};

const most: AbilityUsage = { tokens: 1000, seconds: 60, characters: 12, images: { count: 2 }, estimated: true };

type Runs = {
  [A in Ability]: (abilities: Abilities, call: AbilityCall & AbilityWork[A]) => Promise<AbilityResults[A]>;
};

const runs: Runs = {
  embed: (abilities, call) => abilities.embed(call),
  transcribe: (abilities, call) => abilities.transcribe(call),
  speak: (abilities, call) => abilities.speak(call),
  moderate: (abilities, call) => abilities.moderate(call),
  draw: async (abilities, call) => {
    for await (const event of abilities.draw(call)) if (event.type === 'finish') return event;
    throw new Error('no result');
  },
};

export interface Outcome<A extends Ability> {
  result?: AbilityResults[A];
  error?: unknown;
  /** What was told of uses. */
  used: AbilityUsage[];
}

/** One call, with all that it tells. */
export async function perform<A extends Ability>(
  { abilities }: Models,
  ability: A,
  { work, model, signal }: { work?: AbilityWork[A]; model?: AbilityModel; signal?: AbortSignal } = {},
): Promise<Outcome<A>> {
  const used: AbilityUsage[] = [];
  const asked = model ?? abilities.defaultOf(ability);
  if (!asked) throw new Error(`nothing can ${ability}`);
  const call = {
    ...(work ?? works[ability]),
    ...{ model: asked, most, signal: signal ?? new AbortController().signal },
    onUsage: (usage: AbilityUsage) => void used.push(usage),
  };
  try {
    return { result: await runs[ability](abilities, call), used };
  } catch (error) {
    return { error, used };
  }
}

/** The result of a call that must not fail. */
export async function done<A extends Ability>(...args: Parameters<typeof perform<A>>): Promise<AbilityResults[A]> {
  const { result, error } = await perform(...args);
  if (!result) throw error;
  return result;
}

const codeOf = (error: unknown): string => (error instanceof VendorError ? error.code : String(error));

/** What the result of each ability promises, whoever gives it. */
export const promises: { [A in Ability]: (result: AbilityResults[A], model: string) => void } = {
  embed: ({ vectors, dimensions, modelId }, model) => {
    expect(modelId).toBe(model);
    expect(vectors.map(({ length }) => length)).toEqual([dimensions, dimensions, dimensions]);
    const [mat, market, sofa] = vectors as [Float32Array, Float32Array, Float32Array];
    const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
    for (const vector of vectors) expect(cosine(vector, vector)).toBeCloseTo(1, 5);
    expect(cosine(mat, sofa)).toBeGreaterThan(cosine(mat, market));
  },
  transcribe: ({ text, modelId, segments }, model) => {
    expect({ text, modelId }).toEqual({ text: 'Hello there.', modelId: model });
    expect(segments.every(({ startSeconds, endSeconds }) => startSeconds <= endSeconds)).toBe(true);
  },
  speak: ({ bytes, contentType, seconds, modelId }, model) => {
    expect(bytes.length).toBeGreaterThan(0);
    expect({ contentType, seconds, modelId }).toEqual({ contentType: 'audio/ogg', seconds: 2, modelId: model });
  },
  moderate: ({ verdicts, modelId }, model) => {
    expect(modelId).toBe(model);
    expect(verdicts.map(({ flagged }) => flagged)).toEqual([false, true]);
    expect(verdicts[1]?.categories.length).toBeGreaterThan(0);
    const scores = verdicts.flatMap((verdict) => Object.values(verdict.scores));
    expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
  },
  draw: ({ outcome, images, modelId }, model) => {
    expect({ outcome, modelId }).toEqual({ outcome: 'done', modelId: model });
    expect(images).toMatchObject([
      { contentType: 'image/png', width: 1024, height: 1024 },
      { contentType: 'image/png', width: 1024, height: 1024 },
    ]);
  },
};

/** More than what is read of one result; of images and sounds that would take tests too long. */
const tooLong: readonly Ability[] = ['transcribe', 'moderate'];
const tooManyBytes = 8_100_000;

interface Remote<A extends Ability> {
  name: string;
  ability: A;
  path: FakePath;
  fake: FakeAbilities;
  /** With these keys. */
  open(keys: readonly string[]): Promise<Models>;
}

/** What every adapter of a server keeps to: its results, its errors, and what it tells of uses. */
export function adapterContract<A extends Ability>({ name, ability, path, fake, open }: Remote<A>): void {
  describe(`${name} asked to ${ability}`, () => {
    const model = async (): Promise<string> => (await open(['key-1'])).abilities.defaultOf(ability)?.id ?? '';

    it('gives what the port promises, and tells once what it used', async () => {
      const { result, error, used } = await perform(await open(['key-1']), ability);
      expect(error).toBeUndefined();
      if (result) promises[ability](result, await model());
      expect(used).toHaveLength(1);
      expect(fake.requests).toHaveLength(1);
    });

    it.each([
      [{ status: 401, text: 'Incorrect API key' }, 'model/bad-key'],
      [{ status: 404, text: 'no such model' }, 'model/unknown-model'],
      [{ status: 429, text: 'Too many requests' }, 'model/rate-limited'],
      [{ status: 503, text: 'overloaded' }, 'model/overloaded'],
      [{ status: 307, headers: { location: 'http://elsewhere.example' } }, 'model/redirected'],
      [{ json: { error: { message: 'Rate limit reached', code: 'rate_limit_exceeded' } } }, 'model/rate-limited'],
    ])('turned away with %j is %s, and used nothing', async (answer, code) => {
      fake.answer(path, answer);
      const { error, used } = await perform(await open(['key-1']), ability);
      expect(codeOf(error)).toBe(code);
      expect(used).toEqual([{ estimated: false }]);
    });

    const oddities: [string, FakeAbilityAnswer][] = [
      ['a web page', { bytes: Buffer.from('<html>hello</html>') }],
      ['something else', { json: { hello: 'world' } }],
      ['nothing', { bytes: Buffer.alloc(0) }],
      ['half of it', { cutAfterBytes: 10 }],
    ];
    if (tooLong.includes(ability)) oddities.push(['too much', { bytes: Buffer.alloc(tooManyBytes, ' ') }]);
    it.each(oddities)('that answers with %s fails, and counts as the most', async (_what, answer) => {
      fake.answer(path, answer);
      const { error, used } = await perform(await open(['key-1']), ability);
      expect(codeOf(error)).toMatch(/^model\/(web-page|unreadable|empty|broke-off|failed)$/);
      expect(used.at(-1)).toSatisfy((last: AbilityUsage) => last.estimated === Object.keys(last).length > 1);
    });

    it('takes another key in place of one that is refused', async () => {
      fake.answer(path, { status: 429, text: 'Too many requests' });
      const { result, used } = await perform(await open(['key-1', 'key-2']), ability);
      expect(result).toBeDefined();
      expect(fake.requests.map(({ apiKey }) => apiKey)).toEqual(['key-1', 'key-2']);
      expect(used).toHaveLength(2);
    });

    it('ends at once when it is given up', async () => {
      fake.answer(path, { hang: true });
      const gone = new AbortController();
      const call = perform(await open(['key-1']), ability, { signal: gone.signal });
      await fake.requested(path);
      gone.abort(new Error('changed my mind'));
      const { error, used } = await call;
      expect(String(error)).toContain('changed my mind');
      expect(used).toEqual([most]);
    });
  });
}
