import { useEffect, useState } from 'react';
import type { DatasetLabels } from '../domain/dataset';
import { database } from './database';
import { readLabels } from '../storage/datasets';

/** Names of a dataset's users and items, where it has some. */
export function useLabels(datasetId: string): DatasetLabels | null {
  const [known, setKnown] = useState<{ readonly of: string; readonly labels: DatasetLabels | null } | null>(null);
  useEffect(() => {
    let over = false;
    readLabels(database, datasetId).then(
      (labels) => !over && setKnown({ of: datasetId, labels }),
      () => !over && setKnown({ of: datasetId, labels: null }),
    );
    return () => {
      over = true;
    };
  }, [datasetId]);
  return known?.of === datasetId ? known.labels : null;
}
