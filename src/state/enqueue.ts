import { faultOf, type Fault } from '../domain/errors';
import { newId } from '../domain/ids';
import { newRun, type RunDocument } from '../domain/run';
import { runName } from '../domain/runName';
import type { RunRecords } from './runRecords';
import { withPretraining, type QueuedExperiment } from '../domain/pretraining';

/**
 * Stores the experiments as queued runs, each after the pre-training that it needs. Returns the ids of those that are stored; how many are
 * not is the store's fault, in words.
 */
export async function enqueue(records: RunRecords, experiments: readonly QueuedExperiment[]): Promise<string[]> {
  const wanted = withPretraining(experiments, records.state.runs);
  const stored: { readonly id: string; readonly asked: boolean }[] = [];
  try {
    for (const [place, one] of wanted.entries()) {
      const run = documentOf(one, new Date(Date.now() + place));
      await records.add(run);
      stored.push({ id: run.id, asked: one.asked });
    }
  } catch (error) {
    records.set({ fault: shortfall(faultOf(error), stored.length, wanted.length) });
  }
  if (stored.length > 0)
    await records.guarded(() => records.changeQueue((queue) => [...queue, ...stored.map(({ id }) => id)]));
  return stored.flatMap(({ id, asked }) => (asked ? id : []));
}

const documentOf = ({ experiment, group, theirs }: QueuedExperiment, now: Date): RunDocument => ({
  ...newRun(newId(), runName(experiment), experiment, now.toISOString()),
  ...(group && { group }),
  ...(theirs && { theirs }),
});

/** Why not all of so many runs are stored, and how many are. */
function shortfall(fault: Fault, stored: number, wanted: number): Fault {
  const [of, was] = [wanted - stored, wanted - stored === 1 ? 'was' : 'were'];
  const none = wanted === 1 ? 'The run was not stored.' : `None of the ${wanted} runs was stored.`;
  const some = `${stored} of ${wanted} runs ${stored === 1 ? 'was' : 'were'} stored and queued, ${of} ${was} not.`;
  return { ...fault, message: `${stored === 0 ? none : some} ${fault.message}` };
}
