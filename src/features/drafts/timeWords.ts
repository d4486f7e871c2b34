import type { ModelId } from '../../domain/models/table';
import type { TimeEstimate } from '../../domain/timeEstimate';
import { formatRounded, formatSeconds, plural } from '../../ui/format';

/** What stands around the runs that are estimated. */
export interface Surroundings {
  readonly dataset: string;
  /** Runs among them that are pre-training. */
  readonly pretraining: number;
  /** What trains or waits before them; `known` where the time of all of it is. */
  readonly before: { readonly runs: number; readonly seconds: number; readonly known: boolean };
  readonly nameOf: (model: ModelId) => string;
}

/** Times closer than this are not told apart. */
const SAME = 1.2;

/** `About 4 min, at most 35 min, pre-training included, after about 12 min of queue: the newest finished run here took 1.8 s per epoch.` */
export function timeWords(estimate: TimeEstimate, { dataset, pretraining, before, nameOf }: Surroundings): string {
  const { seconds, most, atMost, from, probed, unknown } = estimate;
  const names = unknown.map(nameOf).join(', ');
  const missing = `${names} ${unknown.length === 1 ? 'has' : 'have'} no finished run on ${dataset} yet`;
  const queue =
    before.runs === 0
      ? ''
      : before.known && before.seconds > 0
        ? `, after about ${formatRounded(before.seconds)} of queue`
        : `, after ${plural(before.runs, 'run')} before ${before.runs === 1 ? 'it' : 'them'}`;
  if (from.length + probed.length === 0) return `How long it takes is not known: ${missing}.`;
  const time =
    most > seconds * SAME
      ? `${atMost ? 'Perhaps' : 'About'} ${formatRounded(seconds)}, at most ${formatRounded(most)}`
      : `${atMost ? 'At most' : 'About'} ${formatRounded(most)}`;
  const included = pretraining > 0 ? ', pre-training included' : '';
  const paces = from.map((run) => formatSeconds(run.seconds / run.epochsDone)).join(' and ');
  const because = [
    ...(from.length > 0
      ? [`the newest finished ${from.length > 1 ? 'runs' : 'run'} here took ${paces} per epoch`]
      : []),
    ...(probed.length > 0 ? [`three steps of ${probed.map(nameOf).join(', ')} were measured, without ranking`] : []),
  ].join('; ');
  const rest = unknown.length > 0 ? ` ${missing} and ${unknown.length === 1 ? 'is' : 'are'} not counted.` : '';
  return `${time}${included}${queue}: ${because}.${rest}`;
}
