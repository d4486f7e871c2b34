import { faultOf } from '../src/domain/errors';
import type { AnalysisCommand, AnalysisEvent } from '../src/domain/protocol';
import { browserDatabase } from '../src/storage/database';
import { compareRuns } from './analysis/compareRuns';

const database = browserDatabase();
const send = (event: AnalysisEvent): void => self.postMessage(event);

self.onmessage = ({ data }: MessageEvent<AnalysisCommand>) => {
  compareRuns(database, data).then(
    (comparisons) => send({ type: 'compared', comparisons }),
    (error: unknown) => send({ type: 'fault', fault: faultOf(error) }),
  );
};
