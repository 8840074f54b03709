/** A refusal of the bot, in words for people. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Api {
  /** Asks a route below `/api`, such as `/config/servers`. Rejects with an ApiError that says what is wrong. */
  ask<T>(method: Method, path: string, body?: unknown): Promise<T>;
}

/** `onRefused` is called when the key is not known any more. */
export function createApi(key: string, onRefused: () => void, fetchFunction: typeof fetch): Api {
  return {
    ask: async <T>(method: Method, path: string, body?: unknown) => {
      const response = await fetchFunction(`/api${path}`, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }).catch(() => {
        throw new ApiError(0, 'away', 'The bot does not answer. Is it running?');
      });
      if (response.status === 401) onRefused();
      if (!response.ok) throw await refusalOf(response);
      return (response.status === 204 ? undefined : await response.json()) as T;
    },
  };
}

async function refusalOf(response: Response): Promise<ApiError> {
  const said = (await response.json().catch(() => ({}))) as { error?: string; message?: string };
  const message = said.message ?? `The bot answered with ${response.status}.`;
  return new ApiError(response.status, said.error ?? 'unexpected', message);
}
