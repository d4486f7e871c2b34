import type { EntityRouting, Projection, ProjectionRequest, Traits } from '../domain/projection';
import type { AnalysisThread } from './analysis';
import type { AskOptions } from './workerThread';

export const askProjection = (
  thread: AnalysisThread,
  request: ProjectionRequest,
  options: AskOptions,
): Promise<Projection> =>
  thread.ask(
    { type: 'project', ...request },
    (event) => (event.type === 'projected' ? event.projection : undefined),
    options,
  );

export const askTraits = (thread: AnalysisThread, runId: string, options: AskOptions): Promise<Traits> =>
  thread.ask({ type: 'traits', runId }, (event) => (event.type === 'traits' ? event.traits : undefined), options);

export const askEntityRouting = (
  thread: AnalysisThread,
  runId: string,
  options: AskOptions,
): Promise<EntityRouting | null> =>
  thread.ask(
    { type: 'entityRouting', runId },
    (event) => (event.type === 'entityRouting' ? event.routing : undefined),
    options,
  );

/** Steps at the newest checkpoint of a run; null without one. */
export const askNewestStep = (thread: AnalysisThread, runId: string, options: AskOptions): Promise<number | null> =>
  thread.ask({ type: 'newestStep', runId }, (event) => (event.type === 'newestStep' ? event.step : undefined), options);
