import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError, errorMessage } from '../kernel/errors.ts';
import type { Ids } from '../kernel/ids.ts';

/** The id of the instance that owns a data folder, made at its first start. */
export function instanceId(dataDir: string, ids: Ids): string {
  const file = join(dataDir, 'instance-id');
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o711 });
    try {
      writeFileSync(file, `${ids.uuid()}\n`, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    }
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new StartError(`The data folder ${dataDir} cannot be used: ${errorMessage(error)}. Set FAMILIAR_DATA_DIR.`, {
      cause: error,
    });
  }
}
