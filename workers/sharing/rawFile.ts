import type { DocumentKind } from '../../src/domain/unreadable';
import type { Database, TableName } from '../../src/storage/database';
import { rawJson } from './rawJson';

const FORMAT = 'lodestone/raw';
const VERSION = 1;

/** Where a value lies. */
type Place = readonly [table: TableName, key: string];

/** Everything that is stored of one run or dataset, whether it can be read or not. */
export async function placesOf(database: Database, kind: DocumentKind, id: string): Promise<Place[]> {
  const at = async (table: TableName, ...prefixes: readonly string[]): Promise<Place[]> => {
    const keys = await database[table].keys();
    return keys
      .filter((key) => prefixes.some((prefix) => key === prefix || key.startsWith(`${prefix}/`)))
      .map((key) => [table, key] as const);
  };
  return kind === 'run'
    ? [...(await at('runs', id)), ...(await at('checkpoints', id)), ...(await at('settings', `edits/${id}`))]
    : [
        ...(await at('datasets', id)),
        ...(await at('features', id)),
        ...(await at('texts', `job/${id}`, `asked/${id}`, `input/${id}`, `imported/${id}`)),
      ];
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
  write(`{"format":"${FORMAT}","version":${VERSION},"made":"${now.toISOString()}","entries":[`);
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
