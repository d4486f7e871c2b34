import { useState } from 'react';
import { missingBaselines } from '../../domain/baselines';
import { modelTable } from '../../domain/models/catalogue';
import { useDatasets } from '../../state/datasets';
import { useDevice } from '../../state/device';
import { useRuns } from '../../state/runs';
import { Button } from '../../ui/Button';
import { plural } from '../../ui/format';
import styles from './BaselineNote.module.css';

/** So many are named; the names of more stand on the button. */
const FEW = 2;

/** Which baselines have not been computed on a dataset yet, and a button that queues them. Nothing where all are there. */
export function BaselineNote({ fingerprint }: { readonly fingerprint: string }) {
  const runs = useRuns((state) => state.runs);
  const preference = useDevice((state) => state.preference);
  const dataset = useDatasets((state) => state.datasets.find((one) => one.fingerprint === fingerprint));
  const [queueing, setQueueing] = useState(false);
  const missing = dataset ? missingBaselines(runs, dataset, preference) : [];
  if (missing.length === 0) return null;
  const names = missing.map(({ model }) => modelTable(model).name);
  const queue = (): void => {
    setQueueing(true);
    void useRuns
      .getState()
      .enqueue(missing.map((experiment) => ({ experiment })))
      .finally(() => setQueueing(false));
  };
  return (
    <p className={styles.note}>
      <span>
        {missing.length > FEW ? 'Not compared with all baselines yet.' : `Not computed here yet: ${names.join(', ')}.`}
      </span>
      <Button small disabled={queueing} onClick={queue} title={names.join(', ')}>
        Compute {plural(missing.length, 'baseline')}
      </Button>
    </p>
  );
}
