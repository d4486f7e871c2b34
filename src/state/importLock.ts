import { sweepDatasets } from '../storage/datasets';
import { database } from './database';

const NAME = 'lodestone.import';

/** Absent outside secure contexts, whatever the types say. */
function lockManager(): LockManager | null {
  return 'locks' in navigator ? navigator.locks : null;
}

/** While an import writes, no page may take its half-written content for rubbish. Returns the release. */
export function holdImportLock(): () => void {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  void lockManager()?.request(NAME, { mode: 'shared' }, () => released);
  return release;
}

/** Removes the remains of imports whose tab was closed, unless an import is running in some tab. */
export async function sweepWhileQuiet(): Promise<void> {
  await lockManager()?.request(NAME, { mode: 'exclusive', ifAvailable: true }, async (lock) => {
    if (lock) await sweepDatasets(database, new Set());
  });
}
