import { memo } from 'react';
import type { RunSummary } from '../../domain/run';
import { useAnalysisThread } from '../../state/useAnalysisThread';
import { useLabels } from '../../state/useLabels';
import { KnockoutPanel } from '../knockouts/KnockoutPanel';

/** Knock-outs of a run without a router. A run that has ended is asked again: then the weights of its best epoch are there. */
export const KnockoutsTab = memo(function KnockoutsTab({ run }: { readonly run: RunSummary }) {
  const thread = useAnalysisThread();
  const labels = useLabels(run.experiment.dataset.id);
  return <KnockoutPanel key={run.result ? 'best' : 'latest'} thread={thread} run={run} labels={labels} />;
});
