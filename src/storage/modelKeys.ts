import { check, checked } from '../documents/check';
import { wordsByName } from '../documents/reasoning';
import type { Database } from './database';

/**
 * Keys of model servers that a person chose to keep, by the server's origin, as they are. They lie in the table `settings`, from which no
 * backup, export or link reads.
 */
export type ModelKeys = Readonly<Record<string, string>>;

const KEY = 'modelKeys';

/** Throws `STORE_DAMAGED`. */
export async function readModelKeys(database: Database): Promise<ModelKeys> {
  const value = await database.settings.get(KEY);
  if (value === undefined) return {};
  return checked(
    wordsByName,
    value,
    'The keys of model servers that were kept',
    'Type the key again and keep it: it takes their place.',
  );
}

/** Keeps one origin's key; null forgets it. Keys that cannot be read make room for it. */
export async function keepModelKey(database: Database, origin: string, key: string | null): Promise<void> {
  const { [origin]: _before, ...others } = check(wordsByName, (await database.settings.get(KEY)) ?? {}).value ?? {};
  const next = key === null || key === '' ? others : { ...others, [origin]: key };
  if (Object.keys(next).length === 0) await database.settings.delete([KEY]);
  else await database.settings.set(KEY, next);
}
