import { FIRST_LIST, type ListSettings } from '../domain/listView';
import { listSettings } from '../documents/settings';
import type { Database } from './database';

const KEY = 'runList';

/** How the list of runs was looked at last; as at first where that is not known, or cannot be read: no more than a choice is lost. */
export const readRunList = async (database: Database): Promise<ListSettings> =>
  listSettings.safeParse(await database.settings.get(KEY)).data ?? FIRST_LIST;

export const writeRunList = (database: Database, settings: ListSettings): Promise<void> =>
  database.settings.set(KEY, settings);
