import { z } from './schemas';

/** What lies in the table `settings` of the runs. */

export const idList = z.array(z.string());

/** What a person wrote while the run was in progress. */
export const runEdit = z.strictObject({ name: z.exactOptional(z.string()), notes: z.exactOptional(z.string()) });
