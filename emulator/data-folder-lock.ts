import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Takes the data folder for this process alone; throws when a living process has it. A lock that a killed process left
 * is taken over: process ids are reused, so the owner's start time is compared where the system tells it.
 */
export function lockDataFolder(dataDir: string): () => void {
  // Others may have to pass through the folder above, as the embedded database does, but nobody reads what is in this one.
  mkdirSync(dirname(dataDir), { recursive: true, mode: 0o711 });
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  chmodSync(dataDir, 0o700);
  const path = join(dataDir, 'emulator.lock');
  const mine = `${process.pid} ${startTimeOf(process.pid) ?? 'unknown'}`;
  if (!tryToWrite(path, mine)) {
    const owner = readOwner(path);
    if (owner !== undefined && isAlive(owner)) {
      throw new Error(
        `The emulator's data folder ${dataDir} is in use by process ${owner.pid}. Stop that process, or set FAMILIAR_DATA_DIR to another folder.`,
      );
    }
    rmSync(path, { force: true });
    if (!tryToWrite(path, mine))
      throw new Error(`The emulator's data folder ${dataDir} was just taken by another process.`);
  }
  return () => {
    rmSync(path, { force: true });
  };
}

interface Owner {
  pid: number;
  startTime: string;
}

function tryToWrite(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readOwner(path: string): Owner | undefined {
  try {
    const [pid, startTime] = readFileSync(path, 'utf8').split(' ');
    return { pid: Number(pid), startTime: startTime ?? 'unknown' };
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  if (!Number.isInteger(owner.pid) || owner.pid <= 0) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const startTime = startTimeOf(owner.pid);
  return startTime === undefined || owner.startTime === 'unknown' || startTime === owner.startTime;
}

/** Field 22 of /proc/PID/stat (Linux); a zombie counts as gone and undefined means that the system does not tell. */
function startTimeOf(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? 'zombie' : fields[19];
}
