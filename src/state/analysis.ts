import type { BeyondReport } from '../domain/beyondAccuracy';
import type { SettingComparison } from '../domain/comparison';
import type { Contributions } from '../domain/contributions';
import type { PairedUsers, Visibility } from '../domain/gains';
import type { KnockoutChoices, KnockoutReport, ListChange } from '../domain/knockouts';
import type { LeakageProbe } from '../domain/leakage';
import type { SettingGroups } from '../domain/longTail';
import type { AnalysisCommand, AnalysisEvent } from '../domain/analysisProtocol';
import type { PairExplanation, RunRouting } from '../domain/routes';
import type { SettingTests } from '../domain/significance';
import type { UserResults, UserView } from '../domain/userResults';
import { askOnce, WorkerThread, type AskOptions } from './workerThread';

export type AnalysisThread = WorkerThread<AnalysisCommand, AnalysisEvent>;

/** A thread for questions about stored runs. */
export const newAnalysisThread = (): AnalysisThread =>
  new WorkerThread(
    () =>
      new Worker(new URL('../../workers/analysis.worker.ts', import.meta.url), { type: 'module', name: 'analysis' }),
  );

/** Asks a thread that lives for this question. */
const once = <T>(
  command: AnalysisCommand,
  pick: (event: AnalysisEvent) => T | undefined,
  options: AskOptions,
): Promise<T> => askOnce(newAnalysisThread(), command, pick, options);

type Command<Type> = Extract<AnalysisCommand, { type: Type }>;
type Asked<Type extends AnalysisCommand['type']> = Omit<Command<Type>, 'type'>;

export const routeRun = (thread: AnalysisThread, asked: Asked<'route'>, options: AskOptions): Promise<RunRouting> =>
  thread.ask({ type: 'route', ...asked }, (event) => (event.type === 'routed' ? event.routing : undefined), options);

export const explainPair = (
  thread: AnalysisThread,
  asked: Asked<'explain'>,
  options: AskOptions,
): Promise<PairExplanation> =>
  thread.ask(
    { type: 'explain', ...asked },
    (event) => (event.type === 'explained' ? event.explanation : undefined),
    options,
  );

export const knockoutChoicesOf = (
  thread: AnalysisThread,
  asked: Asked<'knockoutChoices'>,
  options: AskOptions,
): Promise<KnockoutChoices> =>
  thread.ask(
    { type: 'knockoutChoices', ...asked },
    (event) => (event.type === 'knockoutChoices' ? event.choices : undefined),
    options,
  );

export const knockOut = (
  thread: AnalysisThread,
  asked: Asked<'knockOut'>,
  options: AskOptions,
): Promise<KnockoutReport> =>
  thread.ask(
    { type: 'knockOut', ...asked },
    (event) => (event.type === 'knockedOut' ? event.report : undefined),
    options,
  );

export const listChangesOf = (
  thread: AnalysisThread,
  asked: Asked<'listChanges'>,
  options: AskOptions,
): Promise<readonly ListChange[]> =>
  thread.ask(
    { type: 'listChanges', ...asked },
    (event) => (event.type === 'listChanges' ? event.changes : undefined),
    options,
  );

export const contributionsOf = (
  thread: AnalysisThread,
  asked: Asked<'contributions'>,
  options: AskOptions,
): Promise<Contributions> =>
  thread.ask(
    { type: 'contributions', ...asked },
    (event) => (event.type === 'contributions' ? event.contributions : undefined),
    options,
  );

/** What each test user of a run got; null before the test evaluation. */
export const usersOf = (
  thread: AnalysisThread,
  runId: string,
  options: AskOptions,
): Promise<{ readonly results: UserResults | null }> =>
  thread.ask({ type: 'users', runId }, (event) => (event.type === 'users' ? event : undefined), options);

/** The user at `row` of `usersOf`; no view when the dataset is no longer stored. */
export const userOf = (
  thread: AnalysisThread,
  asked: Asked<'user'>,
  options: AskOptions,
): Promise<{ readonly view: UserView | null }> =>
  thread.ask({ type: 'user', ...asked }, (event) => (event.type === 'user' ? event : undefined), options);

export const compareSettings = (
  command: Command<'compare'>,
  options: AskOptions,
): Promise<readonly SettingComparison[]> =>
  once(command, (event) => (event.type === 'compared' ? event.comparisons : undefined), options);

export const testSettings = (command: Command<'test'>, options: AskOptions): Promise<readonly SettingTests[]> =>
  once(command, (event) => (event.type === 'tested' ? event.tests : undefined), options);

export const gainsOf = (
  command: Command<'gains'>,
  options: AskOptions,
): Promise<PairedUsers | { readonly refused: string }> =>
  once(command, (event) => (event.type === 'gained' ? event.gains : undefined), options);

export const visibilityOf = (command: Command<'visibility'>, options: AskOptions): Promise<Visibility> =>
  once(command, (event) => (event.type === 'visible' ? event.visibility : undefined), options);

export const longTailOf = (command: Command<'longTail'>, options: AskOptions): Promise<readonly SettingGroups[]> =>
  once(command, (event) => (event.type === 'grouped' ? event.settings : undefined), options);

export const beyondAccuracyOf = (command: Command<'beyondAccuracy'>, options: AskOptions): Promise<BeyondReport> =>
  once(command, (event) => (event.type === 'beyondAccuracy' ? event.report : undefined), options);

export const leakageOf = (datasetId: string, options: AskOptions): Promise<LeakageProbe> =>
  once({ type: 'leakage', datasetId }, (event) => (event.type === 'probed' ? event.probe : undefined), options);
