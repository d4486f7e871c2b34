/** The analysis worker: answers one question about stored runs after the other. */
import { faultOf } from '../src/domain/errors';
import type { AnalysisCommand, AnalysisEvent } from '../src/domain/protocol';
import { browserDatabase } from '../src/storage/database';
import { compareRuns } from './analysis/compareRuns';

const database = browserDatabase();
const send = (event: AnalysisEvent): void => self.postMessage(event);

async function answer(command: AnalysisCommand): Promise<AnalysisEvent> {
  switch (command.type) {
    case 'compare':
      return { type: 'compared', comparisons: await compareRuns(database, command) };
  }
}

self.onmessage = ({ data }: MessageEvent<AnalysisCommand>): void => {
  answer(data).then(send, (error: unknown) => send({ type: 'fault', fault: faultOf(error) }));
};
