/** Models that embed, transcribe, speak, moderate and draw: see `port.ts` for what it promises. */
import type { Clock } from '../../../kernel/clock.ts';
import type { Random } from '../../../kernel/random.ts';
import type { Ability } from '../../config/index.ts';
import { modelError } from '../errors.ts';
import type { ChatEvent, ChatRequest, ModelInfo } from '../port.ts';
import { measurePrompt } from '../prompt-size.ts';
import type { PictureSize } from '../messages.ts';
import { pictureTokens } from '../picture-tokens.ts';
import type { Provider } from '../provider.ts';
import type { Counter } from '../prompt-size.ts';
import { attempt } from './call.ts';
import type { Attempt } from './call.ts';
import { embedWords, moderateByList, WORD_LIST_MODEL, WORDS_MODEL } from './demo.ts';
import { embed, textsToEmbed } from './embed.ts';
import { paintDrawing, PAINTER_MODEL } from './draw/demo.ts';
import type { Painter } from './draw/demo.ts';
import { drawWireOf } from './draw/index.ts';
import { drawSvg, svgMessages, svgOutputTokens } from './draw/svg.ts';
import { imageOf } from './image.ts';
import { moderate } from './moderate.ts';
import type {
  Abilities,
  AbilityCall,
  AbilityModel,
  AbilityUsage,
  DrawEvent,
  DrawWork,
  EmbedWork,
  ModerateWork,
} from './port.ts';
import { keepSecrets } from './report-secrets.ts';
import { speak } from './speak.ts';
import { transcribe } from './transcribe.ts';

interface AbilitiesOptions {
  providers: readonly Provider[];
  /** `provider/model` by ability, from the settings. */
  defaults: Readonly<Partial<Record<Ability, string>>>;
  counter: Counter;
  /** Without one nothing is built in that draws. */
  painter: Painter | undefined;
  /** For models that draw by writing. */
  chat: (request: ChatRequest) => AsyncIterable<ChatEvent>;
  clock: Clock;
  random: Random;
  /** Ends every call. */
  closing: AbortSignal;
}

/** A drawing waits for it. */
const SECRET_MS = 5000;
/** What a tokenizer may put around each text. */
const AROUND_TEXT_TOKENS = 4;

export function createAbilities(options: AbilitiesOptions): Abilities {
  const { providers, defaults, counter, painter, chat, clock, random, closing } = options;
  const list = lister(options);
  const ask = <Event>(
    call: AbilityCall & Pick<DrawWork, 'timeoutMs'>,
    run: (attempt: Attempt) => AsyncGenerator<Event, void>,
    onlyKey?: string,
  ): AsyncGenerator<Event> => {
    const { model } = call;
    const provider = providers.find(({ name }) => name === model.provider);
    if (!provider) {
      throw modelError('model/unknown-model', `there is no model ${model.id} to ${model.ability}`, {
        retryable: false,
      });
    }
    const signal = AbortSignal.any([call.signal, closing]);
    const callWith = (apiKey: string) => {
      const connection = provider.connect(model.id, apiKey);
      const timeoutMs = call.timeoutMs ?? connection.timeoutMs;
      return attempt({ ...connection, timeoutMs }, { ...call, signal }, run);
    };
    return provider.attempt(model.id, callWith, onlyKey);
  };
  return {
    list,
    find: (ability, name) => {
      const listed = find(list(ability), name);
      return listed ?? providers.map((provider) => provider.unlisted(ability, name)).find((model) => model);
    },
    defaultOf: (ability) => firstOf(list(ability), defaults[ability]),
    embed: async (call) => {
      if (call.model.demo) return builtInResult(call, () => embedWords(call));
      return only(ask(call, (one) => embed(one, call, call.model.id)));
    },
    transcribe: async (call) => only(ask(call, (one) => transcribe(one, call, call.model.id))),
    speak: async (call) => only(ask(call, (one) => speak(one, call, call.model.id))),
    draw: (call) => {
      const { demo, writer } = call.model;
      if (painter && writer) return drawSvg({ painter, chat, clock, closing }, writer, call);
      return painter && demo ? paintDrawing(painter, call, { clock, random, closing }) : ask(call, drawing(call));
    },
    moderate: async (call) => {
      if (call.model.demo) return builtInResult(call, () => moderateByList(call));
      return only(ask(call, (one) => moderate(one, call, call.model.id)));
    },
    reportSecrets: keepSecrets(clock, (model) => {
      const config = providers.find(({ name }) => name === model.provider)?.config;
      const read = config && drawWireOf(config.type).reportSecret;
      if (!read) return [];
      const call = { model, signal: closing, most: { estimated: false }, timeoutMs: SECRET_MS };
      return [...new Set(config.apiKeys)].map((key) => ({ key, read: () => only(ask(call, read, key)) }));
    }),
    maxTokens: (model, work) => maxTokens(counter, model, work),
    maxText: ({ writer }, work) => (writer ? maxText(counter, writer, work) : Promise.resolve(undefined)),
  };
}

/** The models of each ability, in the order in which they are chosen. */
function lister({
  providers,
  defaults,
  painter,
}: Pick<AbilitiesOptions, 'providers' | 'defaults' | 'painter'>): Abilities['list'] {
  const builtIn: readonly AbilityModel[] = [WORDS_MODEL, WORD_LIST_MODEL, ...(painter ? [PAINTER_MODEL] : [])];
  return (ability) => {
    // Ollama is there by chance: what was configured on purpose comes first.
    const ordered = [...providers].sort(
      (a, b) => Number(a.config.type === 'ollama') - Number(b.config.type === 'ollama'),
    );
    const able = ordered.flatMap((provider) => provider.able(ability));
    // What draws by writing is nobody's first choice where something else draws.
    const models = [...able.filter(({ writer }) => !writer), ...able.filter(({ writer }) => writer && painter)];
    models.push(...builtIn.filter((model) => model.ability === ability));
    const wanted = models.findIndex(({ id }) => id === defaults[ability]);
    const first = wanted > 0 ? models.splice(wanted, 1) : [];
    return [...first, ...models];
  };
}

const drawing =
  (call: AbilityCall & DrawWork) =>
  (attempt: Attempt): AsyncGenerator<DrawEvent, void> =>
    drawWireOf(attempt.config.type).draw(attempt, call, call.model.id);

/** The first, which must be the wanted one where one is wanted. */
function firstOf([first]: readonly AbilityModel[], wanted: string | undefined): AbilityModel | undefined {
  return wanted === undefined || first?.id === wanted ? first : undefined;
}

async function maxTokens(
  counter: Counter,
  { id, ability }: AbilityModel,
  work: EmbedWork | ModerateWork,
): Promise<number> {
  const texts = ability === 'embed' ? textsToEmbed(id, work) : [...work.texts];
  const images = 'images' in work ? (work.images ?? []) : [];
  const ofImages = images.reduce((sum, bytes) => sum + pictureTokens(id, sizeOf(bytes)) + AROUND_TEXT_TOKENS, 0);
  return (await counter.measure(id, texts)).most + texts.length * AROUND_TEXT_TOKENS + ofImages;
}

function sizeOf(bytes: Uint8Array): PictureSize | undefined {
  const { width, height } = imageOf(bytes) ?? {};
  return width === undefined || height === undefined ? undefined : { width, height };
}

async function maxText(counter: Counter, writer: ModelInfo, work: DrawWork): Promise<AbilityUsage['text']> {
  const { most: inputTokens } = await measurePrompt({ messages: svgMessages(work) }, writer, counter);
  return { inputTokens, outputTokens: svgOutputTokens(writer, inputTokens), cachedInputTokens: 0, reasoningTokens: 0 };
}

function find(models: readonly AbilityModel[], name: string): AbilityModel | undefined {
  const exact = models.find(({ id }) => id === name);
  if (exact) return exact;
  const wanted = name.toLowerCase();
  const similar = models.filter(({ id, provider }) =>
    [id, id.slice(provider.length + 1)].some((known) => known.toLowerCase() === wanted),
  );
  return similar.length === 1 ? similar[0] : undefined;
}

function builtInResult<Result>({ model, signal, onUsage }: AbilityCall, run: () => Result): Result {
  signal.throwIfAborted();
  const result = run();
  onUsage?.({ estimated: false }, model);
  return result;
}

/** Reads to the end, which is when a call counts as one that worked. */
async function only<Event>(events: AsyncIterable<Event>): Promise<Event> {
  let last: Event | undefined;
  for await (const event of events) last = event;
  if (last === undefined) throw new Error('a call ended without a result');
  return last;
}
