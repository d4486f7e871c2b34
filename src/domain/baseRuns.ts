import type { DatasetDocument } from './dataset';
import type { RunSummary } from './run';

/** Fingerprints of the datasets that have this one's interactions and split. */
export const sameSplits = ({ fingerprint, source }: Pick<DatasetDocument, 'fingerprint' | 'source'>): string[] => [
  fingerprint,
  ...(source.kind === 'reasoning' ? [source.provenance.from.fingerprint] : []),
];

/** Whether a run has ended with a result, on this dataset's split. */
export const canRank = (
  { status, result, experiment }: Pick<RunSummary, 'status' | 'result' | 'experiment'>,
  dataset: Pick<DatasetDocument, 'fingerprint' | 'source'>,
): boolean => status === 'finished' && result !== null && sameSplits(dataset).includes(experiment.dataset.fingerprint);
