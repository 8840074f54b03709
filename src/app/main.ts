import { parseArgs } from 'node:util';
import { StartError } from '../kernel/errors.ts';

const help = `Usage: familiar <command>

  start [gateway] [worker] [api]   run the bot; without names, all of it in one process
        --queues text,images       the queues that this worker takes jobs of
  doctor                           check the settings, Discord, the models and the database
  policy explain --user <id>       what a person may do, at what cost, and why (--help tells more)
  audit                            who did what, and who was refused what and why (--help tells more)
  emulator                         run the playground's Discord alone
  dev                              as start, and again on every change

Without DISCORD_TOKEN, start opens a playground in the browser. Settings: familiar.yaml and .env, see the examples.
`;

/** Runs the command line, loading only what the command needs; the exit code is 0, or 1 with one clear line for what is wrong. */
async function main(): Promise<void> {
  const [own, ...args] = process.argv.slice(2);
  if (own === 'policy') return (await import('./policy-command.ts')).runPolicy(args);
  if (own === 'audit') return (await import('./audit-command.ts')).runAudit(args);
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { queues: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const [command = 'help', ...rest] = positionals;
  if (values.help === true || command === 'help') {
    process.stdout.write(help);
    return;
  }
  switch (command) {
    case 'start':
      return (await import('./start-command.ts')).runStart(rest, values.queues);
    case 'doctor':
      return (await import('./doctor-command.ts')).runDoctor();
    case 'emulator':
      return (await import('./emulator-command.ts')).runEmulator();
    default:
      throw new StartError(`There is no command "${command}".\n\n${help}`);
  }
}

try {
  await main();
} catch (error) {
  const usage = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  if (!(error instanceof StartError) && usage !== true) throw error;
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
