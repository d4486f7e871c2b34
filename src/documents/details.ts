import { METRIC_KEYS } from '../domain/metrics';
import { floats, integers } from './arrays';
import { z } from './schemas';
import { count, metricKey } from './values';

const perUser = z
  .strictObject({ users: integers, values: z.record(metricKey, floats) })
  .refine(
    ({ users, values }) => METRIC_KEYS.every((key) => values[key].length === users.length),
    'its columns have different lengths',
  );

/** What is stored beside a run of the test split's users. */
export const detailsSchema = z
  .strictObject({
    perUser,
    perUserLiked: z.exactOptional(perUser),
    topItems: integers,
    topScores: floats,
    cutoff: count,
  })
  .refine(
    (all) =>
      all.topItems.length === all.topScores.length && all.topItems.length === all.perUser.users.length * all.cutoff,
    'its lists have another length than they should',
  );
