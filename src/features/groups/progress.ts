import { plural } from '../../app/format';
import type { RunStatus, RunSummary } from '../../domain/run';

const WAITS: readonly RunStatus[] = ['queued'];
const WORKS: readonly RunStatus[] = ['preparing', 'running'];

/** `3 of 8 runs have a result · 1 trains · 3 wait · 1 failed`. */
export function progressWords(runs: readonly RunSummary[]): string {
  const count = (fits: (run: RunSummary) => boolean): number => runs.filter(fits).length;
  const among = (statuses: readonly RunStatus[]): number => count(({ status }) => statuses.includes(status));
  const done = count(({ result }) => result !== null);
  if (done === runs.length) return `all ${plural(runs.length, 'run')} have a result`;
  const parts: readonly [number, string, string][] = [
    [among(WORKS), 'trains', 'train'],
    [among(['paused']), 'is paused', 'are paused'],
    [among(WAITS), 'waits', 'wait'],
    [count(({ status, result }) => result === null && status === 'failed'), 'failed', 'failed'],
    [count(({ status, result }) => result === null && (status === 'interrupted' || status === 'stopped')), 'ended without a result', 'ended without a result'],
  ];
  return [`${done} of ${plural(runs.length, 'run')} ${done === 1 ? 'has' : 'have'} a result`, ...parts.flatMap(([n, one, many]) => (n > 0 ? [`${n} ${n === 1 ? one : many}`] : []))].join(' · ');
}
