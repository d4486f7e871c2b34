import type { Database } from './database';

/**
 * Keys of model servers that a person chose to keep, by the server's origin, as they are. They lie in the table `settings`, from which no
 * backup, export or link reads.
 */
export type ModelKeys = Readonly<Record<string, string>>;

const KEY = 'modelKeys';

export async function readModelKeys(database: Database): Promise<ModelKeys> {
  const value = await database.settings.get(KEY);
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([origin, key]) => (typeof key === 'string' ? [[origin, key]] : [])),
  );
}

/** Keeps one origin's key; null forgets it. */
export async function keepModelKey(database: Database, origin: string, key: string | null): Promise<void> {
  const { [origin]: _before, ...others } = await readModelKeys(database);
  const next = key === null || key === '' ? others : { ...others, [origin]: key };
  if (Object.keys(next).length === 0) await database.settings.delete([KEY]);
  else await database.settings.set(KEY, next);
}
