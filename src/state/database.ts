import { browserDatabase } from '../storage/database';

/** The page's view of the one database; workers open the same. */
export const database = browserDatabase();
