import { useNavigate } from 'react-router';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/Button';
import { faultOf } from '../../domain/errors';
import type { Experiment } from '../../domain/run';
import { useDatasets } from '../../state/datasets';
import { useRuns } from '../../state/runs';
import { keepDraftLike } from '../drafts/useDraft';

/** Opens the form filled in as this run's was: to vary one option, or to correct what made it fail. */
export function NewRunLike({
  experiment,
  label = 'New run like this',
  small = false,
}: {
  readonly experiment: Experiment;
  readonly label?: string;
  readonly small?: boolean;
}) {
  const navigate = useNavigate();
  const open = async (): Promise<void> => {
    const { datasets, select } = useDatasets.getState();
    const dataset = datasets.find(({ fingerprint }) => fingerprint === experiment.dataset.fingerprint);
    if (dataset) await select(dataset.id);
    // The form's page shows the fault.
    await keepDraftLike(experiment).catch((error: unknown) => useRuns.setState({ fault: faultOf(error) }));
    await navigate('/experiment');
  };
  return (
    <Button small={small} onClick={() => void open()}>
      <Icon name="experiment" />
      {label}
    </Button>
  );
}
