import { check, member } from '../documents/check';
import { storageMarker } from '../documents/settings';
import type { Database } from './database';

/**
 * What the database holds, told in `localStorage`, which browsers do not always clear along with it. The database has a name of its own,
 * in the table `settings`; if the name is another one, or gone, the database is new and what the marker tells of is lost.
 */
export interface StorageMarker {
  readonly version: 1;
  /** The name of the database that it tells of. */
  readonly id: string;
  /** Datasets that a person brought, the demo left out. */
  readonly datasets: number;
  readonly runs: number;
  /** When they were last seen, ISO 8601. */
  readonly seen: string;
  /** The last backup; null where none is known. */
  readonly backup: string | null;
  /** What was cleared, until a person has taken note of it. */
  readonly loss: StorageLoss | null;
}

export interface StorageLoss {
  readonly datasets: number;
  readonly runs: number;
  readonly seen: string;
  readonly backup: string | null;
}

export type MarkerPlace = Pick<Storage, 'getItem' | 'setItem'>;

const KEY = 'lodestone.stored';
const NAME = 'databaseName';
const VERSION = 1;

/** null where there is none, or none that can be read. */
export function readMarker(place: MarkerPlace): StorageMarker | null {
  try {
    return check(storageMarker, parsed(place), VERSION).value;
  } catch {
    return null;
  }
}

/** A marker of a newer version stays. Where the browser refuses to keep it, nothing can be known at the next visit. */
export function writeMarker(place: MarkerPlace, marker: StorageMarker): void {
  try {
    if (Number(member(parsed(place), 'version')) > VERSION) return;
  } catch {
    // What cannot be read is replaced.
  }
  try {
    place.setItem(KEY, JSON.stringify(marker));
  } catch {
    // No room, or no leave.
  }
}

const parsed = (place: MarkerPlace): unknown => JSON.parse(place.getItem(KEY) ?? 'null');

/** The name of the database, given to it where it has none. */
export async function databaseName({ settings }: Database, fresh: string): Promise<string> {
  let name = fresh;
  await settings.change([NAME], ([stored]) => {
    if (typeof stored !== 'string') return [[NAME, fresh]];
    name = stored;
    return null;
  });
  return name;
}

/** The name that the database has now; undefined where it has none. */
export const presentName = ({ settings }: Database): Promise<unknown> => settings.get(NAME);

/** What was lost, as the marker of the last visit tells of a database that is now called `name`; null where nothing was. */
export function lossOf(marker: StorageMarker | null, name: string): StorageLoss | null {
  if (!marker) return null;
  const { id, datasets, runs, seen, backup, loss } = marker;
  if (id === name || datasets + runs === 0) return loss;
  // Twice lost before anybody saw it is lost together.
  return { datasets: datasets + (loss?.datasets ?? 0), runs: runs + (loss?.runs ?? 0), seen, backup };
}
