import { spawn } from 'node:child_process';
import { join, relative } from 'node:path';
import { isatty } from 'node:tty';
import { watch } from 'chokidar';

/** An editor that saves several files at once causes one restart. */
const QUIET_MS = 100;
/** The application promises to stop within 10 s; one that hangs is ended after a little longer. */
const STOP_LIMIT_MS = 12_000;

const WATCHED = ['src', 'emulator', 'web', 'familiar.yaml', '.env'];
const IGNORED = /(^|\/)(node_modules|dist)(\/|$)|\.test\.tsx?$|\.md$|~$|\.sw.$/;

/**
 * `familiar dev`: runs `familiar start` and starts it again when a file changes. The old process ends in good order
 * before the new one begins, so the database and the playground keep what they hold. After a crash it waits for the
 * next change.
 *
 * @param {{ root: string, launcher: string, args: string[] }} options `args` are passed on to `familiar start`.
 */
export function restartOnChange({ root, launcher, args }) {
  let child;
  let quiet;
  let ending = false;

  const start = () => {
    const started = spawn(process.execPath, [...process.execArgv, launcher, 'start', ...args], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, FAMILIAR_LAUNCHED: '1' },
    });
    child = started;
    started.on('error', (error) => say(`could not start: ${error.message}`));
    started.on('exit', (code, signal) => {
      child = undefined;
      if (ending) process.exit(code ?? 1);
      if (started.restarting) start();
      else say(`the application ended (${signal ?? `code ${code}`}); waiting for a change`);
    });
  };

  const stop = (signal) => {
    const stopping = child;
    if (!stopping) return;
    stopping.kill(signal);
    setTimeout(() => stopping.kill('SIGKILL'), STOP_LIMIT_MS).unref();
  };

  const restart = (path) => {
    if (ending) return;
    say(`${relative(root, path)} changed, restarting`);
    if (!child) return start();
    if (child.restarting) return;
    child.restarting = true;
    stop('SIGTERM');
  };

  const watcher = watch(
    WATCHED.map((path) => join(root, path)),
    { ignoreInitial: true, ignored: (path) => IGNORED.test(relative(root, path)) },
  );
  watcher.once('ready', () => say('watching for changes'));
  watcher.on('all', (_event, path) => {
    clearTimeout(quiet);
    quiet = setTimeout(restart, QUIET_MS, path);
  });
  watcher.on('error', (error) => say(`cannot watch: ${error.message}`));

  const end = (signal) => {
    if (!child) process.exit(0);
    ending = true;
    stop(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal).on(signal, () => end(signal));
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  // Of a terminal that is still there, SIGHUP asks nothing; one that was closed is no terminal any more.
  process.on('SIGHUP', () => terminals.some((fd) => !isatty(fd)) && end('SIGTERM'));
  start();
}

function say(message) {
  console.error(`[dev] ${message}`);
}
