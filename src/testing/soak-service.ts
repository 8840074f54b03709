import { startFamiliar } from './processes.ts';
import type { Program } from './processes.ts';

/** A role of the bot as a process that can be killed and restarted under one name. */
export interface Service {
  /** SIGKILL. */
  kill(): Promise<void>;
  /** After it was killed. */
  start(): void;
  /** SIGTERM. Resolves with the errors of all its processes. */
  stop(): Promise<string[]>;
  readonly kills: number;
}

export function startService(roles: readonly string[], env: Record<string, string>): Service {
  const amiss: string[] = [];
  const start = () => startFamiliar(['start', ...roles], { LOG_LEVEL: 'error', PORT: '0', ...env });
  let kills = 0;
  let life: Program = start();
  const look = (ended: Program) => amiss.push(...errorsIn(ended.output()).map((line) => `${roles.join(' ')}: ${line}`));
  return {
    get kills() {
      return kills;
    },
    kill: async () => {
      kills += 1;
      const dying = life;
      await dying.kill();
      look(dying);
      const end = await dying.ended;
      if (!('signal' in end)) amiss.push(`${roles.join(' ')} had ended by itself: ${dying.output()}`);
    },
    start: () => void (life = start()),
    stop: async () => {
      await life.stop();
      look(life);
      const end = await life.ended;
      if (!('code' in end) || end.code !== 0) amiss.push(`${roles.join(' ')} ended with ${JSON.stringify(end)}`);
      return amiss;
    },
  };
}

/** Lines of the error log, and everything else that a crashing process prints. */
function errorsIn(output: string): string[] {
  return output.split('\n').filter((line) => line.startsWith('{') || /\bError\b|^\s+at /.test(line));
}
