import { styleText } from 'node:util';

const styles = { debug: 'gray', info: 'green', warn: 'yellow', error: 'red' } as const;

/** A JSON log line for people: time, level, sentence, fields; an error's stack below. */
export function readableLine(line: string, { colours }: { colours: boolean }): string {
  const { time, level, msg, error, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const style = (format: Parameters<typeof styleText>[0], text: string): string =>
    colours ? styleText(format, text, { validateStream: false }) : text;
  const name = String(level) as keyof typeof styles;
  const clock = String(time).slice(11, 19);
  const pairs = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const head = [
    style('gray', clock),
    style(styles[name], name.padEnd(5)),
    String(msg),
    ...pairs.map((pair) => style('gray', pair)),
  ];
  return `${head.join(' ')}\n${errorLines(error)}`;
}

function errorLines(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { name, message, stack, cause } = error as Record<string, unknown>;
  const text =
    typeof stack === 'string'
      ? stack
      : [name, message]
          .filter((part) => part !== undefined)
          .map(String)
          .join(': ');
  const own = text.split('\n').map((row) => `      ${row.trim()}`);
  return `${own.join('\n')}\n${cause === undefined ? '' : `      caused by\n${errorLines(cause)}`}`;
}
