/** Calls the control interface of an emulator: GET without a body, else POST. Rejects unless it answers with success. */
export async function callControl<T>(origin: string, name: string, body?: unknown): Promise<T> {
  const response = await fetch(`${origin}/_control/${name}`, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (!response.ok) throw new Error(`/_control/${name} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
