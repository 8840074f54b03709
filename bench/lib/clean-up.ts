type Close = () => Promise<unknown>;
/** Adds something to do at the end. The last added is done first. */
export type AtEnd = (close: Close) => void;

/**
 * Runs `run` and then, however it ended, what it added: also when the benchmark is stopped by SIGINT or SIGTERM, since a
 * database server left behind outlives the terminal.
 */
export async function withCleanUp<T>(run: (atEnd: AtEnd) => Promise<T>): Promise<T> {
  const closes: Close[] = [];
  let closing: Promise<void> | undefined;
  // What is closed under a benchmark makes it fail, which must not end the process before the rest is closed.
  const closeOnce = () => (closing ??= closeAll(closes));
  const onSignal = (signal: NodeJS.Signals) => {
    closeOnce().then(
      () => process.exit(signal === 'SIGINT' ? 130 : 143),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    return await run((close) => closes.push(close));
  } finally {
    await closeOnce();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function closeAll(closes: Close[]): Promise<void> {
  const failures: unknown[] = [];
  for (let close = closes.pop(); close !== undefined; close = closes.pop()) {
    await close().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, 'Cleaning up failed.');
}
