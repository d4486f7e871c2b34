import { modelTable, readsFeatures } from '../../domain/models/catalogue';
import type { RunSummary } from '../../domain/run';
import { useAnalysisThread } from '../../state/useAnalysisThread';
import { useLabels } from '../../state/useLabels';
import { KnockoutPanel } from '../knockouts/KnockoutPanel';
import styles from './groups.module.css';

/** The same features emptied when the full model ranks, without training again; nothing before it has finished. */
export function AtInference({ runs }: { readonly runs: readonly RunSummary[] }) {
  const full = runs.find(
    ({ group, result, experiment }) =>
      result !== null &&
      group?.variant === modelTable(experiment.model).name &&
      readsFeatures(experiment.model, experiment.config),
  );
  return full ? <OfRun key={full.id} run={full} /> : null;
}

function OfRun({ run }: { readonly run: RunSummary }) {
  const thread = useAnalysisThread();
  const labels = useLabels(run.experiment.dataset.id);
  return (
    <>
      <p className={styles.small}>
        Above, features are emptied before training. Below, they are emptied when {run.name}, the first run of the full
        model, ranks: what that run relies on.
      </p>
      <KnockoutPanel thread={thread} run={run} labels={labels} />
    </>
  );
}
