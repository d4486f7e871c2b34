import type { DocumentKind } from '../../src/domain/unreadable';
import { TABLE_NAMES, type Database, type TableName } from '../../src/storage/database';
import { rawJson } from './rawJson';

export const RAW_FORMAT = 'lodestone/raw';
export const RAW_VERSION = 1;

/** Where a value lies. */
type Place = readonly [table: TableName, key: string];

/** Under which keys, and within which, a run or dataset lies. */
const placesIn = (kind: DocumentKind, id: string): Readonly<Partial<Record<TableName, readonly string[]>>> =>
  kind === 'run'
    ? { runs: [id], checkpoints: [id], settings: [`edits/${id}`] }
    : {
        datasets: [id],
        features: [id],
        texts: [`job/${id}`, `asked/${id}`, `candidates/${id}`, `input/${id}`, `imported/${id}`],
      };

export const isPlaceOf = (kind: DocumentKind, id: string, table: TableName, key: string): boolean =>
  (placesIn(kind, id)[table] ?? []).some((prefix) => key === prefix || key.startsWith(`${prefix}/`));

/** Everything that is stored of one run or dataset, whether it can be read or not. */
export async function placesOf(database: Database, kind: DocumentKind, id: string): Promise<Place[]> {
  const places: Place[] = [];
  for (const table of TABLE_NAMES) {
    if (!placesIn(kind, id)[table]) continue;
    for (const key of await database[table].keys()) if (isPlaceOf(kind, id, table, key)) places.push([table, key]);
  }
  return places;
}

/** The values at these places as they are, as JSON: `{ format, version, made, entries: [{ table, key, value }] }`, one entry a line. */
export async function rawFile(database: Database, places: readonly Place[], now: Date): Promise<Blob> {
  const parts: Blob[] = [];
  let pieces: string[] = [];
  let length = 0;
  const write = (piece: string): void => {
    pieces.push(piece);
    length += piece.length;
    if (length < PART) return;
    // The browser may keep a part on disk.
    parts.push(new Blob(pieces));
    pieces = [];
    length = 0;
  };
  write(`{"format":"${RAW_FORMAT}","version":${RAW_VERSION},"made":"${now.toISOString()}","entries":[`);
  for (const [place, [table, key]] of places.entries()) {
    write(`${place > 0 ? ',' : ''}\n{"table":"${table}","key":${JSON.stringify(key)},"value":`);
    for await (const piece of rawJson(await database[table].get(key))) write(piece);
    write('}');
  }
  write('\n]}\n');
  return new Blob([...parts, ...pieces], { type: 'application/json' });
}

/** Characters in memory at most. */
const PART = 16 * 2 ** 20;

/** All that is stored of a run or dataset, as it is. */
export const exportRaw = async (database: Database, kind: DocumentKind, id: string, now: Date): Promise<Blob> =>
  rawFile(database, await placesOf(database, kind, id), now);
