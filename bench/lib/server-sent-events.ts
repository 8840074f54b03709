/** The text deltas of a streamed chat completion. */
export async function* createParser(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string> {
  if (!body) return;
  let rest = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith('data: {')) continue;
      const event = JSON.parse(line.slice('data: '.length)) as { choices?: { delta?: { content?: string } }[] };
      const text = event.choices?.[0]?.delta?.content;
      if (text) yield text;
    }
  }
}
