interface Sent {
  role: string;
  content: string;
}

/**
 * What a compatible server received except the system prompt, one entry per part. Consecutive messages of one role are
 * sent as one, separated by blank lines.
 */
export function sentParts(body: Record<string, unknown> | undefined): Sent[] {
  const messages = (body?.['messages'] ?? []) as Sent[];
  return messages
    .slice(1)
    .flatMap(({ role, content }) => content.split('\n\n').map((part) => ({ role, content: part })));
}
