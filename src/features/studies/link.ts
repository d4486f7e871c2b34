import type { DatasetDocument } from '../../domain/dataset';
import type { RunDocument } from '../../domain/run';
import { sharedStudy } from '../../domain/shared';
import { encodeStudy, MOST_CHARACTERS } from '../../sharing/link';
import { sharedAddress } from '../../ui/sharedAddress';

/** A link has room for so many runs. */
const MOST_RUNS = 200;

/** The longest link that a report carries, from the most that it can hold to the least; null where the runs do not fit in one. */
export async function linkOf(
  runs: readonly RunDocument[],
  datasets: readonly DatasetDocument[],
): Promise<string | null> {
  if (runs.length === 0 || runs.length > MOST_RUNS) return null;
  for (const detail of [
    { points: 40, routing: true },
    { points: 12, routing: true },
    { points: 0, routing: false },
  ]) {
    const address = sharedAddress(await encodeStudy(sharedStudy(runs, datasets, detail)));
    if (address.length <= MOST_CHARACTERS) return address;
  }
  return null;
}
