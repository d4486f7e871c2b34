import { useMemo } from 'react';
import { modelTable } from '../../domain/models/catalogue';
import { withPretraining, type QueuedExperiment } from '../../domain/pretraining';
import type { Experiment } from '../../domain/run';
import { estimateTime } from '../../domain/timeEstimate';
import { paceOf, usePaces } from '../../state/pace';
import { liveRun, useRuns } from '../../state/runs';
import { Button } from '../../ui/Button';
import { FaultNotice } from '../../ui/Notice';
import { timeWords } from './timeWords';
import styles from './TimeNote.module.css';

/** How long runs will take with the pre-training that they need and the queue before them; what is not known can be measured with three steps. */
export function TimeNote({ wanted }: { readonly wanted: readonly QueuedExperiment[] }) {
  const { runs, queue, activeId } = useRuns();
  const { known, measuring, fault, measure } = usePaces();
  const pace = useMemo(() => paceOf(known), [known]);
  const all = useMemo(() => withPretraining(wanted, runs), [wanted, runs]);
  const own = useMemo(
    () =>
      estimateTime(
        all.map(({ experiment }) => experiment),
        runs,
        pace,
      ),
    [all, runs, pace],
  );
  const ahead = useMemo(
    () =>
      estimateTime(
        queue.flatMap((id) => runs.find((run) => run.id === id)?.experiment ?? []),
        runs,
        pace,
      ),
    [queue, runs, pace],
  );
  const left = activeId === null ? 0 : (liveRun(activeId)?.progress?.etaSeconds ?? 0);
  if (wanted.length === 0) return null;
  // One experiment of each model stands for the others.
  const missing = own.unknown.flatMap((model) => all.find(({ experiment }) => experiment.model === model) ?? []);
  return (
    <div className={styles.time}>
      <p>
        {timeWords(own, {
          dataset: all[0]?.experiment.dataset.name ?? '',
          pretraining: all.length - wanted.length,
          before: {
            runs: queue.length + (activeId === null ? 0 : 1),
            seconds: ahead.seconds + left,
            known: ahead.unknown.length === 0,
          },
          nameOf: (model) => modelTable(model).name,
        })}
      </p>
      {missing.length > 0 && activeId === null && (
        <Button small disabled={measuring !== null} onClick={() => void measure(missing.map(experimentOf))}>
          {measuring === null ? 'Try three steps' : `${measuring} …`}
        </Button>
      )}
      {fault && <FaultNotice fault={fault} />}
    </div>
  );
}

const experimentOf = ({ experiment }: QueuedExperiment): Experiment => experiment;
