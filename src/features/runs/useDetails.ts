import { useEffect, useState } from 'react';
import type { DatasetLabels } from '../../domain/dataset';
import type { Interactions } from '../../domain/interactions';
import { faultOf, type Fault } from '../../domain/errors';
import type { RunSummary } from '../../domain/run';
import { database } from '../../state/database';
import { findInteractions, readLabels } from '../../storage/datasets';
import { readDetails, type RunDetails } from '../../storage/runs';

export interface LoadedDetails {
  readonly details: RunDetails | null;
  /** null when the dataset is no longer stored. */
  readonly interactions: Interactions | null;
  readonly labels: DatasetLabels | null;
}

export type DetailsState =
  | { readonly name: 'loading' }
  | { readonly name: 'loaded'; readonly value: LoadedDetails }
  | { readonly name: 'failed'; readonly fault: Fault };

/** What is stored beside a finished run, with its dataset's interactions where they still exist. */
export function useDetails(run: RunSummary): DetailsState {
  const [state, setState] = useState<DetailsState>({ name: 'loading' });
  const { id, result } = run;
  const datasetId = run.experiment.dataset.id;
  useEffect(() => {
    let over = false;
    const load = async (): Promise<LoadedDetails> => {
      const details = await readDetails(database, id);
      if (!details) return { details, interactions: null, labels: null };
      const interactions = await findInteractions(database, datasetId);
      return { details, interactions, labels: interactions && (await readLabels(database, datasetId)) };
    };
    load().then(
      (value) => !over && setState({ name: 'loaded', value }),
      (error: unknown) => !over && setState({ name: 'failed', fault: faultOf(error) }),
    );
    return () => {
      over = true;
    };
  }, [id, datasetId, result]);
  return state;
}
