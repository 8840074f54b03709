/** A long suite that `npm run proofs` runs. */
export interface Proof {
  name: string;
  /** For people who read the table. */
  what: string;
  /** Run with this checkout's Node first on the path. */
  command: readonly string[];
  /** Instead of that with `--quick`. */
  quick?: readonly string[];
  /** What a whole run tries at least; a quick one tries something. `unit` names it in the table. */
  least: number;
  unit: string;
  /** Nothing runs beside it, since it measures time or memory. */
  alone?: boolean;
}

const vitest = (...files: string[]): string[] => ['vitest', 'run', '--reporter=dot', ...files];
const killRounds = (option: 'rounds' | 'points', count: number): string[] => {
  const other = option === 'rounds' ? 'points' : 'rounds';
  return ['node', 'bench/kill-rounds.ts', `--${option}`, String(count), `--${other}`, '0'];
};

/** Those that take longest come first, so that two at a time end soonest. */
export const proofs: readonly Proof[] = [
  {
    name: 'kill-points',
    what: 'kill -9 at every named point of answers and summaries: each question answered once, nothing charged twice',
    command: killRounds('points', 200),
    quick: killRounds('points', 11),
    least: 200,
    unit: 'rounds',
  },
  {
    name: 'kill-chance',
    what: 'kill -9 at chance, in every second round with the database: the same',
    command: killRounds('rounds', 200),
    quick: killRounds('rounds', 8),
    least: 200,
    unit: 'rounds',
  },
  {
    name: 'kill-images',
    what: 'kill -9 at every named point of drawings: each image shown once, nothing charged twice, files and counters agree',
    command: vitest('src/app/kill-images.test.ts'),
    least: 50,
    unit: 'rounds',
  },
  {
    name: 'images-races',
    what: '200 requests at once against 10 images a day: exactly 10 are drawn',
    command: vitest('src/features/images/guard/races.test.ts'),
    least: 200,
    unit: 'requests',
  },
  {
    name: 'conversation',
    what: 'a scripted conversation of many, with lost connections and killed processes: nothing lost, doubled or mixed up',
    command: vitest('src/features/chat/soak.test.ts'),
    least: 2000,
    unit: 'messages',
  },
  {
    name: 'ledger',
    what: 'random sequences of ledger operations against a model of it',
    command: vitest('src/services/ledger/ledger-property.test.ts'),
    least: 10_000,
    unit: 'sequences',
  },
  {
    name: 'ledger-races',
    what: 'ledger operations of 2 to 4 processes at once, up to 128: no cap passed, each hold ended once',
    command: vitest('src/services/ledger/ledger-concurrency.test.ts'),
    least: 270,
    unit: 'sequences',
  },
  {
    name: 'queue',
    what: 'random work, failure and death of workers: each attempt run once, no job lost',
    command: vitest('src/platform/queue/queue-property.test.ts'),
    least: 500,
    unit: 'sequences',
  },
  {
    name: 'limits',
    what: 'random takes of rate limits against counting them',
    command: vitest('src/services/limits/limits-property.test.ts'),
    least: 4000,
    unit: 'sequences',
  },
  {
    name: 'splitter',
    what: 'hostile and long texts split into messages: nothing lost, cut or left open',
    command: vitest('src/kernel/split-property.test.ts'),
    least: 20_000,
    unit: 'texts',
  },
  {
    name: 'markdown',
    what: 'hostile texts in the dialect of Discord, and their beginnings',
    command: vitest('src/kernel/markdown/discord.test.ts', 'src/kernel/beginning.test.ts'),
    least: 12_000,
    unit: 'texts',
  },
  {
    name: 'faults',
    what: 'each fault of Discord at each way to ask, and a database that is away for 30 s',
    command: vitest('src/features/chat/faults-writing.test.ts', 'src/features/chat/database-away.test.ts'),
    least: 10,
    unit: 'cases',
    alone: true,
  },
  {
    name: 'stop',
    what: 'Ctrl-C, SIGTERM and a closed terminal, with npm, timeout and alone: code 0, no process left',
    command: vitest('src/app/stop.test.ts'),
    least: 60,
    unit: 'stops',
    alone: true,
  },
  {
    name: 'providers',
    what: 'odd streams of providers, each with its right ending',
    command: ['npm', 'run', 'test:providers'],
    least: 120,
    unit: 'streams',
  },
  {
    name: 'adversary',
    what: 'an attacking member against a cap of $1, while another member asks',
    command: ['npm', 'run', 'test:adversary'],
    least: 300,
    unit: 'acts',
    alone: true,
  },
];
