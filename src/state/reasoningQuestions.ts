import type { ReasoningCommand, ReasoningEvent } from '../domain/protocol';
import type { ReasonedEntity, ReasoningFile, ServerTest } from '../domain/reasoning';
import { type ReasoningSettings } from '../domain/reasoningSettings';
import type { TextVariant } from '../domain/textVariants';
import { askOnce, WorkerThread, type AskOptions } from './workerThread';

export const openReasoningWorker = (): Worker =>
  new Worker(new URL('../../workers/reasoning.worker.ts', import.meta.url), { type: 'module', name: 'reasoning' });

/** Asks a thread that lives for this question. */
export const once = <T>(
  command: ReasoningCommand,
  pick: (event: ReasoningEvent) => T | undefined,
  options: AskOptions = {},
): Promise<T> =>
  askOnce(new WorkerThread<ReasoningCommand, ReasoningEvent>(openReasoningWorker), command, pick, options);

/** What of the server works. */
export const testModelServer = (settings: ReasoningSettings, key: string, options: AskOptions): Promise<ServerTest> =>
  once(
    {
      type: 'test',
      server: settings.server,
      models: settings.encoder.kind === 'page' ? { ...settings.models, encode: null } : settings.models,
      key: key || null,
    },
    (event) => (event.type === 'tested' ? event.test : undefined),
    options,
  );

/** `version` changes with what the answer depends on. */
export const entityOf = (
  {
    datasetId,
    scope,
    index,
  }: { readonly datasetId: string; readonly scope: 'item' | 'user'; readonly index: number; readonly version: unknown },
  options: AskOptions,
): Promise<ReasonedEntity> =>
  once(
    { type: 'entity', datasetId, scope, index },
    (event) => (event.type === 'entity' ? event.entity : undefined),
    options,
  );

export interface PairQuestion {
  readonly datasetId: string;
  readonly scope: 'item' | 'user';
  readonly index: number;
  readonly variants: readonly [TextVariant, TextVariant];
}

/** The same item or user as two variants have it. */
export const pairOf = (
  { datasetId, scope, index, variants }: PairQuestion & { readonly version: unknown },
  options: AskOptions,
): Promise<readonly [ReasonedEntity, ReasonedEntity]> =>
  once(
    { type: 'pair', datasetId, scope, index, variants },
    (event) => (event.type === 'paired' ? event.pair : undefined),
    options,
  );

/** Both texts side by side as Markdown; without an index, of all items or users. */
export const pairsFile = (
  question: Omit<PairQuestion, 'index'> & { readonly index: number | null },
  labels: readonly [string, string],
): Promise<Blob> =>
  once({ type: 'pairs', ...question, labels }, (event) => (event.type === 'made' ? event.file : undefined));

export const reasoningFile = (datasetId: string, what: ReasoningFile): Promise<Blob> =>
  once({ type: 'file', datasetId, what }, (event) => (event.type === 'made' ? event.file : undefined));
