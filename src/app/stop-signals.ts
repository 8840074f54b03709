import { isatty } from 'node:tty';
import type { Clock } from '../kernel/clock.ts';

/**
 * One request to stop reaches us several times: a terminal sends Ctrl+C to npm, to the launcher and to us, and npm and the
 * launcher pass it on; `timeout` signals its command and then the whole group. Only later ones are a second request.
 */
const SAME_REQUEST_MS = 2_000;

interface StopSignals {
  clock: Clock;
  /** Called once, with the signal's name. */
  onStop: (signal: NodeJS.Signals) => void;
  /** Ctrl+C was pressed again while stopping. */
  onRepeat: () => void;
}

/**
 * SIGTERM and SIGINT stop. SIGHUP does so only when the terminal that we were started in was closed: without a terminal
 * (a service, a container, `nohup`), or sent by hand, it asks nothing of us.
 */
export function onStopSignal({ clock, onStop, onRepeat }: StopSignals): void {
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  let askedMs: number | undefined;
  const ask = (signal: NodeJS.Signals) => {
    if (askedMs === undefined) {
      askedMs = clock.now();
      onStop(signal);
    } else if (signal === 'SIGINT' && clock.now() - askedMs > SAME_REQUEST_MS) onRepeat();
  };
  // The launcher has handlers for the time until here.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.removeAllListeners(signal);
  process.on('SIGTERM', ask);
  process.on('SIGINT', ask);
  process.on('SIGHUP', (signal) => {
    // A terminal that was hung up is none any more (ioctl fails with EIO).
    if (terminals.some((fd) => !isatty(fd))) ask(signal);
  });
  if (terminals.length > 0) ignoreLostOutput();
}

/** What is said while stopping has nowhere to go when the terminal was closed, which must not end us before we are done. */
function ignoreLostOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
