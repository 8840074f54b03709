/** The pieces as one; undefined when they have more bytes than `most`: the rest is not read then. */
export async function collect(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  most: number,
): Promise<Buffer | undefined> {
  const kept: Uint8Array[] = [];
  let total = 0;
  for await (const piece of pieces) {
    total += piece.length;
    if (total > most) return undefined;
    kept.push(piece);
  }
  return Buffer.concat(kept);
}
