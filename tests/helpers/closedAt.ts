import { TABLE_NAMES, type Database, type Table, type TableName } from '../../src/storage/database';

export interface ClosedDatabase {
  readonly database: Database;
  /** Resolves at the write that is never made. */
  readonly closed: Promise<void>;
  /** The writes that were made, in words. */
  readonly writes: () => string[];
}

/** A database whose `last`-th write, and all after it, never come to an end and change nothing: the tab was closed there. */
export function closedAt(database: Database, last: number): ClosedDatabase {
  const writes: string[] = [];
  let close: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (close = resolve));
  const wrap = (name: TableName): Table => {
    const table = database[name];
    const guard = (what: string, write: () => Promise<void>): Promise<void> => {
      if (writes.length + 1 >= last) {
        close();
        return new Promise(() => undefined);
      }
      writes.push(`${name} ${what}`);
      return write();
    };
    return {
      get: (key) => table.get(key),
      keys: (prefix) => table.keys(prefix),
      set: (key, value) => guard(`set ${key}`, () => table.set(key, value)),
      setMany: (entries) => guard(`setMany ${entries.at(-1)?.[0] ?? ''}`, () => table.setMany(entries)),
      change: (keys, next) => guard(`change ${keys.at(-1) ?? ''}`, () => table.change(keys, next)),
      delete: (keys) => guard('delete', () => table.delete(keys)),
    };
  };
  const { datasets, features, runs, checkpoints, texts, settings } = Object.fromEntries(
    TABLE_NAMES.map((name) => [name, wrap(name)]),
  ) as Record<TableName, Table>;
  return { database: { datasets, features, runs, checkpoints, texts, settings }, closed, writes: () => writes };
}
