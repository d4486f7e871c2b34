import type { Series } from '../../charts/series';
import type { RunState, StandingOfRun } from '../../domain/studyFolder';
import type { Taken } from '../../state/studyWatcher';
import type { NoticeTone } from '../../ui/Notice';

/** A state is a glyph, a word and a tone; never a colour alone. */
export const STATE_WORDS: Readonly<
  Record<RunState, { readonly glyph: string; readonly label: string; readonly tone: NoticeTone | 'quiet' }>
> = {
  failed: { glyph: '✕', label: 'failed', tone: 'error' },
  blocked: { glyph: '⊘', label: 'blocked', tone: 'error' },
  silent: { glyph: '?', label: 'no sign', tone: 'warning' },
  left: { glyph: '‖', label: 'left', tone: 'warning' },
  running: { glyph: '▶', label: 'running', tone: 'info' },
  finished: { glyph: '✓', label: 'finished', tone: 'ok' },
  waiting: { glyph: '◌', label: 'waiting', tone: 'quiet' },
};

/** What needs a look comes first. */
export const STATE_ORDER: readonly RunState[] = [
  'failed',
  'blocked',
  'silent',
  'left',
  'running',
  'finished',
  'waiting',
];

export interface StudyRow {
  readonly id: string;
  /** Without the dataset, which all runs of a study share. */
  readonly name: string;
  readonly state: RunState;
  /** Stored in this page. */
  readonly here: boolean;
  readonly host: string;
  readonly epochs: number | null;
  readonly of: number | null;
  /** Recall@20: on test of a finished run, else the newest on validation. */
  readonly test: number | null;
  readonly valid: number | null;
  /** What went wrong, or what became of it here. */
  readonly note: string;
}

const shortName = ({ run }: StandingOfRun): string => run.name.replace(` · ${run.experiment.dataset.name}`, '');

/** The runs, those first that need a look. */
export function studyRows(
  runs: readonly StandingOfRun[],
  taken: ReadonlyMap<string, Taken>,
  here: ReadonlySet<string>,
): StudyRow[] {
  const rows = runs.map((one): StudyRow => {
    const { run, state, summary, progress, host } = one;
    return {
      id: run.id,
      name: shortName(one),
      state,
      here: here.has(run.id),
      host: host ?? '',
      epochs: summary?.epochsDone ?? progress?.epochs ?? null,
      of: summary ? null : (progress?.of ?? null),
      test: summary?.result?.test['recall@20'] ?? null,
      valid: summary?.result?.valid['recall@20'] ?? progress?.curve?.at(-1)?.[1] ?? null,
      note: noteOf(one, taken.get(run.id)),
    };
  });
  return rows.sort((a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state));
}

function noteOf({ state, failure, waitsFor, run }: StandingOfRun, taken: Taken | undefined): string {
  switch (state) {
    case 'failed':
      return failure ? `${failure.message} ${failure.hint}` : 'It failed, and the reason cannot be read.';
    case 'blocked':
      return `It needs a run that failed: ${waitsFor ?? ''}.`;
    case 'silent':
      return 'Its worker gives no sign. Another takes it up, if one works.';
    case 'left':
      return 'Its worker was told to stop. Start one to go on.';
    case 'waiting':
      return run.after.length > 0 ? 'It waits for its pre-training.' : '';
    case 'running':
      return '';
    case 'finished':
      return takenWords(taken);
  }
}

function takenWords(taken: Taken | undefined): string {
  switch (taken?.kind) {
    case undefined:
      return 'Not imported yet.';
    case 'imported':
      return 'Imported.';
    case 'copied':
      return 'Imported as a copy: another state of it was here.';
    case 'here':
      return 'It was here already.';
    case 'refused':
      return `${taken.fault.message} ${taken.fault.hint}`;
  }
}

/** `12 runs: 3 finished, 2 running, 7 waiting.` */
export function countWords(rows: readonly StudyRow[]): string {
  const parts = STATE_ORDER.flatMap((state) => {
    const count = rows.filter((row) => row.state === state).length;
    return count > 0 ? [`${count} ${STATE_WORDS[state].label}`] : [];
  });
  return `${rows.length} ${rows.length === 1 ? 'run' : 'runs'}: ${parts.join(', ')}.`;
}

/** More lines than this are not told apart. */
const MOST_LINES = 6;

/** Validation curves of runs that are on their way, the first of them in the plan’s order, and how many more there are. */
export function liveSeries(runs: readonly StandingOfRun[]): {
  readonly series: readonly Series[];
  readonly more: number;
} {
  const live = runs.filter(({ state, progress }) => state === 'running' && (progress?.curve?.length ?? 0) > 0);
  const series = live
    .slice(0, MOST_LINES)
    .map((one): Series => ({ name: shortName(one), kind: 'evaluation', points: one.progress?.curve ?? [] }));
  return { series, more: live.length - series.length };
}
