/** `done` behaves as Discord's, `no` is answered as an unknown path or never sent; `partly` says what is missing. */
export type Coverage = 'done' | 'no' | { partly: string };

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** By path, then by method. */
export type EndpointTable = Readonly<Record<string, Readonly<Partial<Record<Method, Coverage>>>>>;
