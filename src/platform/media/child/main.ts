// The process that works on images, see pool/image-child.ts. Messages come on standard input and go to standard output.
import type { OperationName, Operations, Outcome, ReplyHead, RequestHead } from '../operations.ts';
import { MOST_REQUEST_BYTES } from '../limits.ts';
import { MessageReader, piecesOf } from '../pool/wire.ts';
import type { Message } from '../pool/wire.ts';
import { failureOf } from './failure.ts';
import { freeMemory, prepareSharp } from './source.ts';

type Run = (files: readonly Uint8Array[], options: never) => Promise<Outcome<OperationName>>;

/** Loaded when first needed: most processes never draw or animate. */
const operations: { readonly [Name in OperationName]: () => Promise<Run> } = {
  inspect: async () => (await import('./inspect.ts')).inspect,
  finish: async () => (await import('./finish.ts')).finish,
  animate: async () => (await import('./animation/animate.ts')).animate,
  zoom: async () => (await import('./animation/zoom.ts')).zoom,
  paint: async () => (await import('./paint/paint.ts')).paint,
  enlarge: async () => (await import('./enlarge.ts')).enlarge,
  cellMask: async () => (await import('./enlarge.ts')).cellMask,
  scale: async () => (await import('./enlarge.ts')).scale,
  numbered: async () => (await import('./boards.ts')).numbered,
  sheet: async () => (await import('./boards.ts')).sheet,
  tree: async () => (await import('./boards.ts')).tree,
  rasterise: async () => (await import('./rasterise.ts')).rasterise,
  fit: async () => (await import('./fit.ts')).fit,
};

async function answer({ operation, options }: RequestHead, files: readonly Uint8Array[]): Promise<Message> {
  try {
    const run = await operations[operation]();
    const outcome = await run(files, options as never);
    return { head: headOf({ result: outcome.result }), files: outcome.files };
  } catch (error) {
    return { head: headOf({ failure: failureOf(error) }), files: [] };
  }
}

/** What is left in memory after the requests before this one. */
let residentBytes = 0;
let isClean = true;

function headOf(part: { result?: Operations[OperationName]['result']; failure?: ReplyHead['failure'] }): ReplyHead {
  return { ...part, residentBytes } as ReplyHead;
}

async function clean(): Promise<void> {
  if (isClean) return;
  isClean = true;
  await freeMemory();
  residentBytes = process.memoryUsage.rss();
}

/** Collecting takes longer than most requests, so that it waits for a quiet moment … */
const cleanAfterMs = 1000;
/** … unless earlier requests leave so much that it could be missing. */
const mostLeftBytes = 32_000_000;
let last = Promise.resolve();
const cleaning = setTimeout(() => {
  last = last.then(clean);
}, cleanAfterMs);

async function serve({ head, files }: Message): Promise<void> {
  if (process.memoryUsage().external > mostLeftBytes) await clean();
  isClean = false;
  const reply = await answer(head as RequestHead, files);
  for (const piece of piecesOf(reply)) process.stdout.write(piece);
  cleaning.refresh();
}

prepareSharp();
const preload = process.argv[2];
if (preload) void operations[preload as OperationName]();
const reader = new MessageReader({ fileBytes: MOST_REQUEST_BYTES });
process.stdin.on('data', (chunk: Buffer) => {
  for (const message of reader.push(chunk)) last = last.then(() => serve(message));
});
// The bot has ended.
process.stdin.on('end', () => process.exit());
process.stdout.on('error', () => process.exit());
