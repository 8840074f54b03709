/** One file of the checkout; `path` is relative to the root, with forward slashes. */
export interface SourceFile {
  path: string;
  text: string;
}

const MAX_LINES = 400;
const CODE = /^(src|emulator|web|bench|tools|bin)\/.*\.(ts|tsx|js|cjs|css)$/;
const TEST = /\.test\.tsx?$/;
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;
const CHECKED_NAMES = /^(src|emulator|web|bench|tools|bin|docs)\//;
/** Names that tools and readers expect in capitals. */
const CONVENTIONAL_NAMES = /^(README|ARCHITECTURE|LICENSE|CHANGELOG|CONTRIBUTING)(\.md)?$/;
const MIGRATION = /^\d{3}-[a-z0-9]+(-[a-z0-9]+)*\.sql$/;

/** Tests that may name a table all the same, with the reason. */
const TABLE_TESTS: Readonly<Record<string, string>> = {
  'src/features/chat/intake/threads.test.ts': 'renames a table to break the program where no fault from outside does',
};

/** Built from parts, so that this file does not find itself. */
const word = (...parts: string[]): string => parts.join('');

interface Pattern {
  files: RegExp;
  pattern: RegExp;
  advice: string;
  /** Files that it doesn't apply to, with the reason. */
  except?: Readonly<Record<string, string>>;
}

const PATTERNS: Pattern[] = [
  {
    files: CODE,
    pattern: new RegExp(`\\b(${word('TO', 'DO')}|${word('FIX', 'ME')}|${word('HA', 'CK')}|${word('X', 'XX')})\\b`),
    advice: 'do it now, or describe it in docs/ where people look for what is missing',
  },
  {
    files: CODE,
    pattern: new RegExp(`${word('@ts-', 'ignore')}|${word('@ts-', 'nocheck')}`),
    advice: 'give the value its type; where the types of a package are wrong, narrow them in one place in src/platform',
  },
  {
    files: CODE,
    pattern: new RegExp(`\\b${word('as', ' any')}\\b(?=\\s*([;,.)\\]}]|$))`, 'm'),
    advice: 'parse the value with zod, or take `unknown` and narrow it',
  },
  {
    files: TEST,
    pattern: /\b(it|test|describe)(\.\w+)*\.(only|todo|fails)\b|\bx(it|describe)\(/,
    advice: 'let every test of the file run; write the missing one',
  },
  {
    files: TEST,
    pattern: /\b(it|test|describe)(\.\w+)*\.skip\b/,
    advice: 'mend the test or delete it; one that needs something of the machine uses skipIf(condition)',
  },
  {
    files: /^src\/features\/(?!.*\.test\.ts$)(?!.*\/([a-z-]+-)?store\.ts$).*\.ts$/,
    pattern: /\.(selectFrom|insertInto|updateTable|deleteFrom)\(|\bsql(<[^`]*>)?`/,
    advice: 'a feature keeps its SQL in store.ts, or in files named …-store.ts: move the query there',
  },
  {
    files: /^src\/(features|app)\/.*\.test\.ts$/,
    pattern:
      /\.(selectFrom|insertInto|updateTable|deleteFrom|alterTable)\(|\b(FROM|INTO|UPDATE|TABLE)\s+"?(?!pg_|information_schema)[a-z]+_[a-z_]+/,
    except: TABLE_TESTS,
    advice:
      'a test tells what people see: messages, requests to providers, exports, audit, metrics; src/testing/stored.ts reads ' +
      'the whole database',
  },
  {
    files: /^(?!package-lock\.json$)/,
    pattern: /(?<![\w.-])\/(home|Users)\/(?!node\b)[a-z][\w.-]*\//,
    advice: 'a path of one machine means nothing on another: make it relative, or a setting',
  },
  {
    files: /^(\.npmrc|package-lock\.json)$/,
    pattern: /registry\s*=\s*\S+|_auth|"resolved":/,
    advice: 'packages come from whatever registry the user has: delete the line (npm needs none)',
  },
];

/** Everything that is wrong with the shape of the files, as lines that say where, what, and what to do. */
export function findProblems(files: readonly SourceFile[]): string[] {
  return [...files.flatMap(problemsOfFile), ...problemsOfFeatures(files.map(({ path }) => path))];
}

function problemsOfFile({ path, text }: SourceFile): string[] {
  const problems = [...nameProblems(path), ...patternProblems(path, text)];
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  if (CODE.test(path) && lines > MAX_LINES) {
    problems.push(`${path}: ${lines} lines, ${MAX_LINES} are allowed: move one concern to a file of its own`);
  }
  // A suite that several files share, such as describeLibrary(…), asserts for them.
  if (TEST.test(path) && !/\b(expect|assert)\b[\w.]*\(|\bdescribe[A-Z]\w*\(/.test(text)) {
    problems.push(`${path}: asserts nothing: say with expect() what the code must do`);
  }
  return problems;
}

function nameProblems(path: string): string[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (path.includes('/migrations/')) {
    return MIGRATION.test(name) ? [] : [`${path}: name it NNN-name.sql (as 001-messages.sql): the number is its place`];
  }
  if (!CHECKED_NAMES.test(path)) return [];
  const wrong = path.split('/').filter((part) => !KEBAB_CASE.test(part) && !CONVENTIONAL_NAMES.test(part));
  return wrong.map((part) => `${path}: name "${part}" in kebab-case (lower-case words joined by hyphens)`);
}

function patternProblems(path: string, text: string): string[] {
  const applied = PATTERNS.filter(({ files, except = {} }) => files.test(path) && !(path in except));
  return applied.flatMap(({ pattern, advice }) => {
    const index = text.search(pattern);
    if (index < 0) return [];
    const line = text.slice(0, index).split('\n').length;
    return [`${path}:${line}: "${pattern.exec(text)?.[0]}": ${advice}`];
  });
}

function problemsOfFeatures(paths: string[]): string[] {
  const features = new Set(paths.flatMap((path) => /^src\/features\/([^/]+)\//.exec(path)?.[1] ?? []));
  return [...features].flatMap((feature) => {
    const folder = `src/features/${feature}/`;
    const own = paths.filter((path) => path.startsWith(folder));
    const missing = ['feature.ts', 'README.md', 'locales/en.json'].filter((name) => !own.includes(folder + name));
    const problems = missing.map((name) => `${folder}: ${name} is missing: ${FEATURE_FILES[name]}`);
    if (!own.some((path) => TEST.test(path))) problems.push(`${folder}: has no test: add feature.test.ts`);
    return problems;
  });
}

const FEATURE_FILES: Record<string, string> = {
  'feature.ts': 'it declares the feature',
  'README.md': 'tell those who run it what it does, its settings and its commands',
  'locales/en.json': 'every text that a user sees lives there',
};
