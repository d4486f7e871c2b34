import { formatMetric, formatSignedMeanSd } from '../../ui/format';
import { DataTable, type Column } from '../../ui/DataTable';
import { Disclosure } from '../../ui/Disclosure';
import { Notice } from '../../ui/Notice';
import { metricLabel } from '../../domain/metrics';
import type { RunSummary } from '../../domain/run';
import type { Agreement } from '../../domain/shared';
import type { SharedRun } from '../../domain/sharedRun';
import { useDatasets } from '../../state/datasets';
import { besideRows, verdictOf, type BesideRow } from './verdict';

const WORDS: Readonly<Record<Agreement, string>> = {
  identical: '= identical',
  within: '≈ within one standard error',
  outside: '≠ further apart',
};

/** Whether a run that came from a link came out as the link said, with both results beneath. */
export function TheirsBeside({ run, theirs }: { readonly run: RunSummary; readonly theirs: SharedRun }) {
  const { result } = run;
  // The standard error is that of a mean over the test split's users.
  const users = useDatasets(
    (state) => state.datasets.find(({ id }) => id === run.experiment.dataset.id)?.statistics.splits.test.users ?? 1,
  );
  if (!theirs.result) return null;
  if (!result)
    return <Notice title="This run repeats a shared one.">Theirs and mine are compared when it has ended.</Notice>;
  const rows = besideRows(theirs.result.test, result.test, users);
  const { tone, title } = verdictOf(rows);
  return (
    <section aria-label="Theirs and mine">
      <Notice tone={tone} title={title} live="polite">
        Theirs: {theirs.device || 'an unknown device'}, best epoch {theirs.result.bestEpoch + 1}; mine:{' '}
        {run.device?.name ?? 'an unknown device'}, best epoch {result.bestEpoch + 1}. On the same kind of device the
        same experiment gives the same result; other devices round sums in another order.
        <Disclosure title="Theirs and mine" summary="every metric of the test split">
          <DataTable label="Test metrics, theirs and mine" columns={COLUMNS} rows={rows} rowId={({ key }) => key} />
        </Disclosure>
      </Notice>
    </section>
  );
}

const COLUMNS: readonly Column<BesideRow>[] = [
  { id: 'metric', header: 'Metric', rowHeader: true, value: ({ key }) => metricLabel(key) },
  {
    id: 'theirs',
    header: 'Theirs',
    numeric: true,
    value: ({ theirs }) => theirs,
    cell: ({ theirs }) => formatMetric(theirs),
  },
  { id: 'mine', header: 'Mine', numeric: true, value: ({ mine }) => mine, cell: ({ mine }) => formatMetric(mine) },
  {
    id: 'difference',
    header: 'Difference',
    numeric: true,
    value: ({ mine, theirs }) => mine - theirs,
    cell: ({ mine, theirs }) => formatSignedMeanSd(mine - theirs, null),
  },
  { id: 'agrees', header: 'Agreement', value: ({ agrees }) => WORDS[agrees] },
];
