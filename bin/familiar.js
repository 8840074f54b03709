#!/usr/bin/env node
// Runs the application on Node 24, whatever Node started this file. Plain JavaScript without dependencies, since it must
// load under Node 20 and say something useful when nothing else can.
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const REQUIRED_MAJOR = 24;
/** V8 keeps a young generation of up to 128 MB resident after a burst of events; 8 MB costs no measurable speed. */
const NODE_FLAGS = ['--max-semi-space-size=8'];
const thisFile = fileURLToPath(import.meta.url);
const root = dirname(dirname(thisFile));

/** Commands that run until they are asked to stop, and have stopped as they should when they did. */
const STAYING = ['start', 'dev', 'emulator'];

/** Set by the launcher for the process it starts, which then ends with it. */
const LAUNCHED_VARIABLE = 'FAMILIAR_LAUNCHED';

const PARENT_CHECK_MS = 500;

const runningMajor = Number.parseInt(process.versions.node, 10);
if (runningMajor >= REQUIRED_MAJOR) await runHere();
else runOnLocalNode();

async function runHere() {
  hideExperimentalWarnings();
  useCompileCache();
  endWithLauncher();
  endWithNpm();
  const [command, ...rest] = process.argv.slice(2);
  if (command === 'start' && rest.join() === 'gateway') keepHeapSmall();
  if (STAYING.includes(command)) stopWhileLoading();
  if (command === 'dev' && !rest.includes('--help') && !rest.includes('-h')) {
    const { restartOnChange } = await import('./dev.js');
    restartOnChange({ root, launcher: thisFile, args: rest });
    return;
  }
  // The same argument list as when the file is run directly.
  process.argv[1] = join(root, 'src/app/main.ts');
  await import(pathToFileURL(process.argv[1]).href);
}

/**
 * A gateway holds little and lets go of much: collecting sooner keeps a fifth less memory and costs no measurable speed.
 * Other roles also encode, draw and count, where it has not been measured.
 */
function keepHeapSmall() {
  setFlagsFromString('--optimize-for-size');
}

function runOnLocalNode() {
  const executable = localNode();
  if (!existsSync(executable)) {
    console.error(
      `Familiar needs Node ${REQUIRED_MAJOR} and this is Node ${process.versions.node}: run "npm install" in ${root} ` +
        `(on most platforms it brings Node ${REQUIRED_MAJOR}), or install Node ${REQUIRED_MAJOR} from https://nodejs.org.`,
    );
    process.exitCode = 1;
    return;
  }
  const args = [...NODE_FLAGS, thisFile, ...process.argv.slice(2)];
  // Becoming the other Node costs no second process; Node 22.15 and later can.
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    hideExperimentalWarnings();
    process.execve(executable, [executable, ...args], process.env);
  }
  runAsChild(executable, args);
}

/** In one npm package for each platform, all of them in the lock file with their hashes; npm installs the one that fits. */
function localNode() {
  const windows = process.platform === 'win32';
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`;
  return join(root, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node');
}

/**
 * Signals go down and the exit comes up unchanged. Those that a terminal or npm sends to both arrive twice, which the
 * application takes for one. The channel closes when this process dies, which the child sees.
 */
function runAsChild(executable, args) {
  const child = spawn(executable, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [LAUNCHED_VARIABLE]: '1' },
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`Could not start ${executable}: ${error.message}. Run "npm ci" in ${root} to install it again.`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const handled of signals) process.removeAllListeners(handled);
    process.kill(process.pid, signal);
  });
}

/** Until the application has handlers of its own there is nothing to put in order. */
function stopWhileLoading() {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
}

function endWithLauncher() {
  if (process.env[LAUNCHED_VARIABLE] === undefined) return;
  delete process.env[LAUNCHED_VARIABLE];
  if (!process.channel) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}

/** npm that is killed the hard way tells nobody, and what it started would keep the ports and the data folder. */
function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, PARENT_CHECK_MS);
  watch.unref();
}

/** They name features of Node that the code was written for; nobody who runs the bot can act on them. */
function hideExperimentalWarnings() {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning, ...details) => {
    const type = typeof details[0] === 'string' ? details[0] : (details[0]?.type ?? warning?.name);
    if (type !== 'ExperimentalWarning') emitWarning(warning, ...details);
  };
}

/** Keeps compiled code between starts; child processes inherit the folder. Without a writable folder nothing is kept. */
function useCompileCache() {
  if (process.env.NODE_COMPILE_CACHE || process.env.NODE_DISABLE_COMPILE_CACHE) return;
  const owner = process.getuid?.() ?? 'user';
  const folders = [join(root, 'node_modules/.cache/compile'), join(tmpdir(), `familiar-compile-cache-${owner}`)];
  const folder = folders.find(isOwnWritableFolder);
  if (folder === undefined) return;
  nodeModule.enableCompileCache(folder);
  process.env.NODE_COMPILE_CACHE = folder;
}

/** Code is run from this folder, so one that another user could have made is refused. */
function isOwnWritableFolder(folder) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    return process.getuid === undefined || statSync(folder).uid === process.getuid();
  } catch {
    return false;
  }
}
