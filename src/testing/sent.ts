interface Sent {
  role: string;
  content: string;
}

/**
 * What a compatible server was sent but for the system prompt, a part each: what one role says in a row goes out as one
 * message, its parts divided by blank lines.
 */
export function sentParts(body: Record<string, unknown> | undefined): Sent[] {
  const messages = (body?.['messages'] ?? []) as Sent[];
  return messages
    .slice(1)
    .flatMap(({ role, content }) => content.split('\n\n').map((part) => ({ role, content: part })));
}
