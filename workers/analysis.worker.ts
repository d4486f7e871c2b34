/** The analysis worker: answers one question about stored runs after the other. */
import { faultOf } from '../src/domain/errors';
import type { AnalysisCommand, AnalysisEvent } from '../src/domain/analysisProtocol';
import { browserDatabase } from '../src/storage/database';
import { readLabels } from '../src/storage/datasets';
import { readRun } from '../src/storage/runs';
import { beyondAccuracy } from './analysis/beyondAccuracy';
import { compareRuns, testRuns } from './analysis/compareRuns';
import { contributionsOf } from './analysis/contributions';
import { pairedUsers, visibilityOf } from './analysis/gains';
import { probeDataset } from './analysis/leakage';
import { groupRuns } from './analysis/longTail';
import { entityRouting } from './analysis/entityRouting';
import type { OpenedRun } from './analysis/openRun';
import { knockoutChoices, KnockoutBench, listChanges } from './analysis/knockouts';
import { OpenRuns } from './analysis/openRuns';
import { project } from './analysis/project';
import { explainPair, routeRun } from './analysis/routing';
import { readTraits } from './analysis/traits';
import { StoredUsers } from './analysis/userResults';
import { weightsOf } from './analysis/vectors';
import { browserHost } from './engine/browserHost';
import { newestStep } from './training/checkpoint';

const database = browserDatabase();
const send = (event: AnalysisEvent): void => self.postMessage(event);
const phase = async (text: string, fraction: number | null): Promise<void> => send({ type: 'phase', text, fraction });
const users = new StoredUsers(database);
const runs = new OpenRuns(database, browserHost(), phase);
const bench = new KnockoutBench();
const openRun = async (runId: string): Promise<OpenedRun> =>
  runs.get(runId, weightsOf(await readRun(database, runId)), true);

async function answer(command: AnalysisCommand): Promise<AnalysisEvent> {
  switch (command.type) {
    case 'compare':
      return { type: 'compared', comparisons: await compareRuns(database, command) };
    case 'test':
      return { type: 'tested', tests: await testRuns(database, command) };
    case 'route': {
      const opened = await runs.get(command.runId, command.of, true);
      return {
        type: 'routed',
        routing: await routeRun(opened, await readLabels(database, opened.run.experiment.dataset.id)),
      };
    }
    case 'explain': {
      const opened = await runs.get(command.runId, command.of, false);
      const scores = await runs.scores(command.runId, command.of, command.user);
      return { type: 'explained', explanation: await explainPair(opened, command.user, command.item, scores) };
    }
    case 'knockoutChoices':
      return { type: 'knockoutChoices', choices: knockoutChoices(await runs.get(command.runId, command.of, true)) };
    case 'knockOut': {
      const opened = await runs.get(command.runId, command.of, false);
      return { type: 'knockedOut', report: await bench.report(opened, command.knockouts, phase) };
    }
    case 'listChanges': {
      const opened = await runs.get(command.runId, command.of, false);
      return { type: 'listChanges', changes: await listChanges(opened, command.knockout, command.user, phase) };
    }
    case 'contributions': {
      const opened = await runs.get(command.runId, command.of, false);
      return { type: 'contributions', contributions: await contributionsOf(opened, command.user, command.item, phase) };
    }
    case 'gains':
      return { type: 'gained', gains: await pairedUsers(database, command) };
    case 'visibility':
      await runs.device();
      return { type: 'visible', visibility: await visibilityOf(database, command, phase) };
    case 'longTail':
      return { type: 'grouped', settings: await groupRuns(database, command) };
    case 'beyondAccuracy':
      return { type: 'beyondAccuracy', report: await beyondAccuracy(database, command, phase) };
    case 'users':
      return { type: 'users', results: await users.results(command.runId) };
    case 'user':
      return { type: 'user', view: await users.view(command.runId, command.row) };
    case 'project':
      return { type: 'projected', projection: await project(database, command, openRun, phase) };
    case 'traits':
      return { type: 'traits', traits: await readTraits(database, command.runId) };
    case 'entityRouting':
      return { type: 'entityRouting', routing: await entityRouting(await openRun(command.runId), phase) };
    case 'leakage':
      return { type: 'probed', probe: await probeDataset(database, command.datasetId, phase) };
    case 'newestStep':
      return { type: 'newestStep', step: await newestStep(database, command.runId) };
  }
}

self.onmessage = ({ data }: MessageEvent<AnalysisCommand>): void => {
  answer(data).then(send, (error: unknown) => send({ type: 'fault', fault: faultOf(error) }));
};
