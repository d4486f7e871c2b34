import { checked } from '../documents/check';
import { idList, runEdit } from '../documents/settings';
import type { Database } from './database';
import { changeRun } from './runLayout';

/** What is kept of the queue, in the table `settings`: `queue` and `pausedGroups`. */

const QUEUE = 'queue';
const PAUSED = 'pausedGroups';

/** Ids of queued runs, next first. Throws `STORE_DAMAGED`. */
export async function readQueue({ settings }: Database): Promise<readonly string[]> {
  const value = await settings.get(QUEUE);
  if (value === undefined) return [];
  return checked(idList, value, 'The order of the queue', 'The runs wait in the order in which they were made.');
}

/** Changes the queue as it is stored, whatever another tab has made of it; what cannot be read is replaced. */
export const changeQueue = (
  { settings }: Database,
  next: (queue: readonly string[]) => readonly string[],
): Promise<void> =>
  settings.change([QUEUE], ([value]) => {
    const stored = idList.safeParse(value);
    return [[QUEUE, next(stored.success ? stored.data : [])]];
  });

/** Ids of sweeps that are paused. Throws `STORE_DAMAGED`. */
export async function readPaused({ settings }: Database): Promise<readonly string[]> {
  const value = await settings.get(PAUSED);
  if (value === undefined) return [];
  return checked(idList, value, 'The list of paused sweeps', 'None is paused now; pause them again.');
}

export const writePaused = ({ settings }: Database, paused: readonly string[]): Promise<void> =>
  settings.set(PAUSED, paused);

const EDITS = 'edits/';

/**
 * Gives runs the names and notes that version 0.2 kept at `edits/<run>` while they trained. What cannot be read stays where it is. Throws
 * `STORE_DAMAGED` for it, once the others are done.
 */
export async function adoptEdits(database: Database): Promise<void> {
  let damaged: unknown = null;
  for (const key of await database.settings.keys(EDITS)) {
    try {
      const value = await database.settings.get(key);
      const edit = checked(
        runEdit,
        value,
        'What was written while the run trained',
        'Write it again on the run’s page.',
      );
      await changeRun(database, key.slice(EDITS.length), (run) => ({ ...run, ...edit }));
      await database.settings.delete([key]);
    } catch (error) {
      damaged = error;
    }
  }
  if (damaged) throw damaged;
}
