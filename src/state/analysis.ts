import type { SettingComparison } from '../domain/comparison';
import { AppError, errorFromFault } from '../domain/errors';
import type { PairedUsers, Visibility } from '../domain/gains';
import type { SettingGroups } from '../domain/longTail';
import type { AnalysisCommand, AnalysisEvent } from '../domain/protocol';
import type { PairExplanation, RunRouting } from '../domain/routes';
import type { SettingTests } from '../domain/significance';

export type AnalysisPhase = Pick<Extract<AnalysisEvent, { type: 'phase' }>, 'text' | 'fraction'>;

export interface AskOptions {
  /** Aborting ends the worker, and with it the computation. */
  readonly signal?: AbortSignal;
  readonly onPhase?: (phase: AnalysisPhase) => void;
}

/** A worker for questions about stored runs. It answers one after the other, and keeps what it has read until it is ended. */
export class AnalysisThread {
  #worker: Worker | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** `pick` takes the answer out of the event that holds it. Throws the worker's fault, or `AbortError`. */
  ask<T>(command: AnalysisCommand, pick: (event: AnalysisEvent) => T | undefined, options: AskOptions = {}): Promise<T> {
    const answer = this.#last.catch(() => undefined).then(() => this.#ask(command, pick, options));
    this.#last = answer;
    return answer;
  }

  end(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }

  #ask<T>(command: AnalysisCommand, pick: (event: AnalysisEvent) => T | undefined, { signal, onPhase }: AskOptions): Promise<T> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(aborted());
      const worker = (this.#worker ??= new Worker(new URL('../../workers/analysis.worker.ts', import.meta.url), { type: 'module', name: 'analysis' }));
      const settle = (work: () => void): void => {
        worker.onmessage = null;
        worker.onerror = null;
        signal?.removeEventListener('abort', cancel);
        work();
      };
      const cancel = (): void => settle(() => {
        this.end();
        reject(aborted());
      });
      worker.onmessage = ({ data }: MessageEvent<AnalysisEvent>) => {
        if (data.type === 'phase') return onPhase?.(data);
        if (data.type === 'fault') return settle(() => reject(errorFromFault(data.fault)));
        const value = pick(data);
        settle(() => (value === undefined ? reject(failed('it answered another question')) : resolve(value)));
      };
      worker.onerror = (event) => {
        event.preventDefault();
        settle(() => {
          this.end();
          reject(failed(event.message || 'its code did not load'));
        });
      };
      signal?.addEventListener('abort', cancel);
      worker.postMessage(command);
    });
  }
}

const aborted = (): DOMException => new DOMException('The answer is no longer wanted.', 'AbortError');

const failed = (why: string): AppError =>
  new AppError('WORKER_FAILED', `The analysis thread failed: ${why}.`, 'Reload the page and open this view again; nothing was changed.');

/** Asks a worker that lives for this question. */
export async function askOnce<T>(command: AnalysisCommand, pick: (event: AnalysisEvent) => T | undefined, options: AskOptions = {}): Promise<T> {
  const thread = new AnalysisThread();
  try {
    return await thread.ask(command, pick, options);
  } finally {
    thread.end();
  }
}

type Command<Type> = Extract<AnalysisCommand, { type: Type }>;
type Asked<Type extends AnalysisCommand['type']> = Omit<Command<Type>, 'type'>;

export const routeRun = (thread: AnalysisThread, asked: Asked<'route'>, options: AskOptions): Promise<RunRouting> =>
  thread.ask({ type: 'route', ...asked }, (event) => (event.type === 'routed' ? event.routing : undefined), options);

export const explainPair = (thread: AnalysisThread, asked: Asked<'explain'>, options: AskOptions): Promise<PairExplanation> =>
  thread.ask({ type: 'explain', ...asked }, (event) => (event.type === 'explained' ? event.explanation : undefined), options);

export const compareSettings = (command: Command<'compare'>, options: AskOptions): Promise<readonly SettingComparison[]> =>
  askOnce(command, (event) => (event.type === 'compared' ? event.comparisons : undefined), options);

export const testSettings = (command: Command<'test'>, options: AskOptions): Promise<readonly SettingTests[]> =>
  askOnce(command, (event) => (event.type === 'tested' ? event.tests : undefined), options);

export const gainsOf = (command: Command<'gains'>, options: AskOptions): Promise<PairedUsers | { readonly refused: string }> =>
  askOnce(command, (event) => (event.type === 'gained' ? event.gains : undefined), options);

export const visibilityOf = (command: Command<'visibility'>, options: AskOptions): Promise<Visibility> =>
  askOnce(command, (event) => (event.type === 'visible' ? event.visibility : undefined), options);

export const longTailOf = (command: Command<'longTail'>, options: AskOptions): Promise<readonly SettingGroups[]> =>
  askOnce(command, (event) => (event.type === 'grouped' ? event.settings : undefined), options);
