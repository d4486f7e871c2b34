import { plural } from '../../ui/format';
import { wasLeftOut, type RunStatus, type RunSummary } from '../../domain/run';

/** Runs without a result, by what they are doing. */
const PARTS: readonly { readonly words: string; readonly statuses: readonly RunStatus[] }[] = [
  { words: 'training', statuses: ['preparing', 'running'] },
  { words: 'paused', statuses: ['paused'] },
  { words: 'waiting', statuses: ['queued'] },
  { words: 'failed', statuses: ['failed'] },
  { words: 'ended without a result', statuses: ['interrupted', 'stopped'] },
];

/** `3 of 8 runs have a result · 1 training · 3 waiting · 1 failed`. */
export function progressWords(runs: readonly RunSummary[]): string {
  const withResult = runs.filter(({ result }) => result !== null);
  const left = runs.filter(wasLeftOut).length;
  const open = runs.filter((run) => run.result === null && !wasLeftOut(run));
  const done = withResult.length;
  if (open.length === 0 && left === 0)
    return runs.length === 1 ? 'the run has a result' : `all ${plural(runs.length, 'run')} have a result`;
  const parts = PARTS.flatMap(({ words, statuses }) => {
    const count = open.filter(({ status }) => statuses.includes(status)).length;
    return count > 0 ? [`${count} ${words}`] : [];
  });
  const halved = left > 0 ? [`${left} left out by halving`] : [];
  return [`${done} of ${plural(runs.length, 'run')} ${done === 1 ? 'has' : 'have'} a result`, ...parts, ...halved].join(
    ' · ',
  );
}
