import { plural } from '../../ui/format';
import type { RunStatus, RunSummary } from '../../domain/run';

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
  const open = runs.filter(({ result }) => result === null);
  const done = runs.length - open.length;
  if (open.length === 0)
    return runs.length === 1 ? 'the run has a result' : `all ${plural(runs.length, 'run')} have a result`;
  const parts = PARTS.flatMap(({ words, statuses }) => {
    const count = open.filter(({ status }) => statuses.includes(status)).length;
    return count > 0 ? [`${count} ${words}`] : [];
  });
  return [`${done} of ${plural(runs.length, 'run')} ${done === 1 ? 'has' : 'have'} a result`, ...parts].join(' · ');
}
