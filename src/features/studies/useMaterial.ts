import { useEffect, useMemo, useState } from 'react';
import { faultOf, type Fault } from '../../domain/errors';
import type { Report } from '../../domain/report';
import type { RunDocument } from '../../domain/run';
import { studiesOf } from '../../domain/study';
import { database } from '../../state/database';
import { useDatasets } from '../../state/datasets';
import { useRuns } from '../../state/runs';
import { useStudies } from '../../state/studies';
import { readRun } from '../../storage/runs';
import { neededRuns, type Material } from './pieces';

interface Read {
  readonly documents: ReadonlyMap<string, RunDocument>;
  readonly fault: Fault | null;
}

const NOTHING: Read = { documents: new Map(), fault: null };

/** What a report is made of, as it is now; a run is read again when it has changed. `complete`: nothing is still being read. */
export function useMaterial(report: Report): Material & { readonly complete: boolean; readonly fault: Fault | null } {
  const runs = useRuns((state) => state.runs);
  const datasets = useDatasets((state) => state.datasets);
  const { words, comparisons } = useStudies();
  const [{ documents, fault }, setRead] = useState(NOTHING);
  const studies = useMemo(() => studiesOf(runs, { words, comparisons }), [runs, words, comparisons]);
  const needed = useMemo(() => neededRuns(report, { studies, runs }), [report, studies, runs]);
  // A run that has ended stays as it is but for its name, which is in the list.
  const key = needed.filter((id) => runs.some((run) => run.id === id)).join(',');
  useEffect(() => {
    let over = false;
    const ids = key === '' ? [] : key.split(',');
    void Promise.allSettled(ids.map((id) => readRun(database, id))).then((read) => {
      if (over) return;
      const failed = read.find((one) => one.status === 'rejected');
      setRead({
        documents: new Map(read.flatMap((one) => (one.status === 'fulfilled' ? [[one.value.id, one.value]] : []))),
        fault: failed ? faultOf(failed.reason) : null,
      });
    });
    return () => {
      over = true;
    };
  }, [key]);
  const complete = key === '' || key.split(',').every((id) => documents.has(id)) || fault !== null;
  return useMemo(
    () => ({ runs, datasets, studies, documents, complete, fault }),
    [runs, datasets, studies, documents, complete, fault],
  );
}
