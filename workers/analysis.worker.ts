/** The analysis worker: answers one question about stored runs after the other. */
import { faultOf } from '../src/domain/errors';
import type { AnalysisCommand, AnalysisEvent } from '../src/domain/protocol';
import { browserDatabase } from '../src/storage/database';
import { readLabels } from '../src/storage/datasets';
import { compareRuns, testRuns } from './analysis/compareRuns';
import { pairedUsers, visibilityOf } from './analysis/gains';
import { groupRuns } from './analysis/longTail';
import { OpenRuns } from './analysis/openRuns';
import { explainPair, routeRun } from './analysis/routing';
import { browserHost } from './engine/browserHost';

const database = browserDatabase();
const send = (event: AnalysisEvent): void => self.postMessage(event);

const phase = async (text: string, fraction: number | null): Promise<void> => send({ type: 'phase', text, fraction });
const runs = new OpenRuns(database, browserHost(), phase);

async function answer(command: AnalysisCommand): Promise<AnalysisEvent> {
  switch (command.type) {
    case 'compare':
      return { type: 'compared', comparisons: await compareRuns(database, command) };
    case 'test':
      return { type: 'tested', tests: await testRuns(database, command) };
    case 'route': {
      const opened = await runs.get(command.runId, command.of, true);
      return { type: 'routed', routing: await routeRun(opened, await readLabels(database, opened.run.experiment.dataset.id)) };
    }
    case 'explain': {
      const opened = await runs.get(command.runId, command.of, false);
      const scores = await runs.scores(command.runId, command.of, command.user);
      return { type: 'explained', explanation: await explainPair(opened, command.user, command.item, scores) };
    }
    case 'gains':
      return { type: 'gained', gains: await pairedUsers(database, command) };
    case 'visibility':
      await runs.device();
      return { type: 'visible', visibility: await visibilityOf(database, command, phase) };
    case 'longTail':
      return { type: 'grouped', settings: await groupRuns(database, command) };
  }
}

self.onmessage = ({ data }: MessageEvent<AnalysisCommand>): void => {
  answer(data).then(send, (error: unknown) => send({ type: 'fault', fault: faultOf(error) }));
};
