import { useMemo } from 'react';
import { formatDateTime } from '../../ui/format';
import { Notice } from '../../ui/Notice';
import { useAnswer } from '../../state/useAsked';
import { sharedRun, type SharedStudy } from '../../domain/shared';
import type { RunOrigin, RunSummary } from '../../domain/run';
import { database } from '../../state/database';
import { readRun } from '../../storage/runs';
import { SharedDatasets } from './SharedDatasets';

/** Says that a run was made elsewhere, and offers to run it here. */
export function FromFile({ run, origin }: { readonly run: RunSummary; readonly origin: RunOrigin }) {
  const command = useMemo(() => ({ id: run.id, origin }), [run.id, origin]);
  const { value: study } = useAnswer(command, studyOf);
  return (
    <>
      <Notice title={`This run was imported from a file, ${origin.file}.`}>
        Imported {formatDateTime(origin.importedAt)}. You can see what was recorded without its dataset; views that
        compute something new, such as the long tail, need it.
      </Notice>
      {study && <SharedDatasets study={study} />}
    </>
  );
}

interface Asked {
  readonly id: string;
  readonly origin: RunOrigin;
}

const studyOf = async ({ id, origin }: Asked): Promise<SharedStudy> => ({
  datasets: [origin.dataset],
  runs: [sharedRun(await readRun(database, id), 0, { points: 40, routing: true })],
});
