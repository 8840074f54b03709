import { StartError } from '../kernel/errors.ts';

const help = `Usage: familiar <command> [options]

  start [gateway] [worker] [api]   run the bot; without names, all of it in one process
  doctor                           check the settings, Discord, the models and the database
  policy explain --user <id>       what a person may do, at what cost, and why
  audit                            who did what, and who was refused what and why
  emulator                         run the playground's Discord alone
  dev                              as start, and again on every change

Each command has --help. With npm: npm run familiar <command> -- [options]
Without DISCORD_TOKEN, start opens a playground in the browser. Settings: familiar.yaml and .env, see the examples.
`;

/** By name; each is loaded only when it is asked for. */
const commands: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  start: async (args) => (await import('./start-command.ts')).runStart(args),
  doctor: async (args) => (await import('./doctor-command.ts')).runDoctor(args),
  policy: async (args) => (await import('./policy-command.ts')).runPolicy(args),
  audit: async (args) => (await import('./audit-command.ts')).runAudit(args),
  emulator: async (args) => (await import('./emulator-command.ts')).runEmulator(args),
  dev: async () => (await import('./dev-command.ts')).runDev(),
};

/** Runs the command line; the exit code is 0, or 1 with one clear line for what is wrong. */
async function main(): Promise<void> {
  const [command = 'help', ...args] = process.argv.slice(2);
  if (['help', '--help', '-h'].includes(command)) {
    process.stdout.write(help);
    return;
  }
  const run = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (!run) throw new StartError(`There is no command "${command}".\n\n${help}`);
  await run(args);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
