import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { DatasetDocument } from '../../domain/dataset';
import { faultOf } from '../../domain/errors';
import type { SharedRun } from '../../domain/sharedRun';
import { useDatasets } from '../../state/datasets';
import { useDevice } from '../../state/device';
import { useRuns } from '../../state/runs';
import { useTheirs } from '../../state/theirs';
import { keepDraftLike } from '../drafts/useDraft';

interface RunHere {
  readonly starting: boolean;
  /** One run fills in the form; several are queued. */
  start(dataset: DatasetDocument, runs: readonly SharedRun[]): Promise<void>;
}

/** Runs what somebody shared on a dataset that is here. */
export function useRunHere(): RunHere {
  const navigate = useNavigate();
  const [starting, setStarting] = useState(false);
  const { backend, allowSoftware } = useDevice((state) => state.preference);
  const fillIn = async (only: SharedRun, { id, fingerprint }: DatasetDocument): Promise<void> => {
    useTheirs.getState().take(only, fingerprint);
    await useDatasets.getState().select(id);
    // The form's page shows the fault.
    await keepDraftLike({ model: only.model, config: only.config, seed: only.seed, backend: null }).catch(
      (error: unknown) => useRuns.setState({ fault: faultOf(error) }),
    );
    await navigate('/experiment');
  };
  const start = async (dataset: DatasetDocument, runs: readonly SharedRun[]): Promise<void> => {
    setStarting(true);
    const [only] = runs;
    if (only && runs.length === 1) return fillIn(only, dataset);
    const { id, name, fingerprint } = dataset;
    await useRuns
      .getState()
      .enqueue(
        runs.map((theirs) => ({
          experiment: {
            model: theirs.model,
            config: theirs.config,
            seed: theirs.seed,
            dataset: { id, name, fingerprint },
            backend,
            allowSoftware,
          },
          theirs,
        })),
      );
    setStarting(false);
    // Where some could not be stored, that page says so.
    await navigate('/runs');
  };
  return { starting, start };
}
