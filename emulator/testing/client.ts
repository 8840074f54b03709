import { startEmulator } from '../index.ts';
import type { Core, Emulator, EmulatorOptions } from '../index.ts';
import type { ControlState } from '../control/state.ts';
import { findOpenApi, OpenApiChecker } from './openapi.ts';

const description = findOpenApi();
const checker = description === undefined ? undefined : new OpenApiChecker(description);
if (checker === undefined) {
  console.warn(
    "Discord's OpenAPI description is not here: answers are not compared with it. Set DISCORD_OPENAPI to its path.",
  );
}

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

/** The status and Discord's code of an answer that is a refusal. */
export async function refusal(answer: Promise<Answer<unknown>>): Promise<[status: number, code: number]> {
  const { status, body } = await answer;
  return [status, (body as { code: number }).code];
}

/** A picture of one pixel. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

interface UploadedPart {
  name: string;
  filename: string;
  data: Uint8Array<ArrayBuffer> | string;
  type?: string;
}

/** Somebody who calls the API over HTTP; what succeeds is compared with Discord's description, request and answer. */
export class ApiClient {
  #base: string;
  #authorization: string | null;

  constructor(origin: string, authorization: string | null) {
    this.#base = `${origin}/api/v10`;
    this.#authorization = authorization;
  }

  get<T = Record<string, unknown>>(path: string): Promise<Answer<T>> {
    return this.call<T>('GET', path);
  }

  post<T = Record<string, unknown>>(path: string, body?: unknown): Promise<Answer<T>> {
    return this.call<T>('POST', path, body);
  }

  put<T = Record<string, unknown>>(path: string, body?: unknown): Promise<Answer<T>> {
    return this.call<T>('PUT', path, body);
  }

  patch<T = Record<string, unknown>>(path: string, body: unknown): Promise<Answer<T>> {
    return this.call<T>('PATCH', path, body);
  }

  delete<T = Record<string, unknown>>(path: string): Promise<Answer<T>> {
    return this.call<T>('DELETE', path);
  }

  call<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    return this.#send<T>(method, path, {
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  upload<T = Record<string, unknown>>(
    method: string,
    path: string,
    payload: unknown,
    files: UploadedPart[],
  ): Promise<Answer<T>> {
    const form = new FormData();
    form.append('payload_json', JSON.stringify(payload));
    for (const file of files) form.append(file.name, new Blob([file.data], { type: file.type ?? '' }), file.filename);
    return this.#send<T>(method, path, { body: form });
  }

  async #send<T>(method: string, path: string, init: RequestInit): Promise<Answer<T>> {
    const headers = new Headers(init.headers);
    if (this.#authorization !== null) headers.set('authorization', this.#authorization);
    const response = await fetch(this.#base + path, { ...init, method, headers });
    const text = await response.text();
    const body = (text === '' ? undefined : JSON.parse(text)) as T;
    const problems =
      response.ok && checker !== undefined
        ? [
            ...checker.checkRequest(method, path, typeof init.body === 'string' ? JSON.parse(init.body) : undefined),
            ...checker.checkResponse(method, path, response.status, body),
          ]
        : [];
    if (problems.length > 0)
      throw new Error(`Not as Discord describes it: ${problems.join('; ')}\n${text.slice(0, 2000)}`);
    return { status: response.status, headers: response.headers, body };
  }
}

export interface Playground {
  emulator: Emulator;
  core: Core;
  state: ControlState;
  guildId: string;
  bot: ApiClient;
  botUserId: string;
  olivia: ApiClient;
  milo: ApiClient;
  alice: ApiClient;
  bob: ApiClient;
  anonymous: ApiClient;
  userId(username: string): string;
  channelId(name: string): string;
  control<T = Record<string, unknown>>(name: string, body?: unknown): Promise<Answer<T>>;
  events: { t: string; d: Record<string, unknown> }[];
  close(): Promise<void>;
}

/** Starts an emulator with the seeded server, rate limits off unless asked for, and clients for everybody on it. */
export async function startPlayground(
  options: Partial<EmulatorOptions> & { limits?: boolean } = {},
): Promise<Playground> {
  const { limits, ...rest } = options;
  const emulator = await startEmulator({ port: 0, dataDir: null, ...rest });
  const control = async <T>(name: string, body?: unknown): Promise<Answer<T>> => {
    const response = await fetch(`${emulator.origin}/_control/${name}`, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as T };
  };
  if (limits !== true) await control('limits', { enforce: false });
  const { body: state } = await control<ControlState>('state');
  const events: Playground['events'] = [];
  emulator.core.bus.subscribe(({ t, d }) => events.push({ t, d: d as Record<string, unknown> }));
  const person = (username: string): ApiClient =>
    new ApiClient(emulator.origin, state.members.find((member) => member.username === username)?.token ?? '');
  const guild = state.guilds[0];
  return {
    emulator,
    core: emulator.core,
    state,
    guildId: guild?.id ?? '',
    bot: new ApiClient(emulator.origin, `Bot ${state.application?.botToken ?? ''}`),
    botUserId: state.application?.botUserId ?? '',
    olivia: person('olivia'),
    milo: person('milo'),
    alice: person('alice'),
    bob: person('bob'),
    anonymous: new ApiClient(emulator.origin, null),
    userId: (username) => state.members.find((member) => member.username === username)?.id ?? '',
    channelId: (name) =>
      (guild?.channels as { id: string; name: string }[]).find((channel) => channel.name === name)?.id ?? '',
    control,
    events,
    close: () => emulator.close(),
  };
}
