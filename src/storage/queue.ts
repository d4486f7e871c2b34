import { checked } from '../documents/check';
import { idList, runEdit } from '../documents/settings';
import type { Database } from './database';

/** What is kept of the queue, in the table `settings`: `queue`, `pausedGroups`, and `edits/<run>` of the run in progress. */

const QUEUE = 'queue';
const PAUSED = 'pausedGroups';

/** Where edits of the run in progress wait, should the tab be closed before its end. */
const editKey = (id: string): string => `edits/${id}`;

/** Ids of queued runs, next first. Throws `STORE_DAMAGED`. */
export async function readQueue({ settings }: Database): Promise<readonly string[]> {
  const value = await settings.get(QUEUE);
  if (value === undefined) return [];
  return checked(idList, value, 'The order of the queue', 'The runs wait in the order in which they were made.');
}

export const writeQueue = ({ settings }: Database, queue: readonly string[]): Promise<void> =>
  settings.set(QUEUE, queue);

/** Ids of sweeps that are paused. Throws `STORE_DAMAGED`. */
export async function readPaused({ settings }: Database): Promise<readonly string[]> {
  const value = await settings.get(PAUSED);
  if (value === undefined) return [];
  return checked(idList, value, 'The list of paused sweeps', 'None is paused now; pause them again.');
}

export const writePaused = ({ settings }: Database, paused: readonly string[]): Promise<void> =>
  settings.set(PAUSED, paused);

/** null where there is none. Throws `STORE_DAMAGED`. */
export async function readEdit({ settings }: Database, id: string) {
  const value = await settings.get(editKey(id));
  if (value === undefined) return null;
  return checked(runEdit, value, 'What was written while the run trained', 'Write it again on the run’s page.');
}

export const writeEdit = ({ settings }: Database, id: string, edit: object): Promise<void> =>
  settings.set(editKey(id), edit);

export const deleteEdit = ({ settings }: Database, id: string): Promise<void> => settings.delete([editKey(id)]);
