const help = `Usage: familiar dev [as familiar start]

Runs the bot as \`familiar start\` does, with the same words and options, and again whenever a file of it changes.

  -h, --help   show this

Example: npm run dev
`;

/** What is left to say: the launcher itself does the work. */
export function runDev(): Promise<void> {
  process.stdout.write(help);
  return Promise.resolve();
}
