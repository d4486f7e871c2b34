import { formatMetric, formatSignedMeanSd } from '../../ui/format';
import { DataTable, type Column } from '../../ui/DataTable';
import { Panel } from '../../ui/Panel';
import { METRIC_KEYS, metricLabel, type MetricKey } from '../../domain/metrics';
import type { RunSummary } from '../../domain/run';
import { useDatasets } from '../../state/datasets';
import { agreement, type Agreement } from '../../domain/shared';
import { type SharedRun } from '../../domain/sharedRun';

const WORDS: Readonly<Record<Agreement, string>> = {
  identical: '= identical',
  within: '≈ within one standard error',
  outside: '≠ further apart',
};

interface Row {
  readonly key: MetricKey;
  readonly theirs: number;
  readonly mine: number;
  readonly agrees: Agreement;
}

/** A run that came from a link beside what the link said of it. */
export function TheirsBeside({ run, theirs }: { readonly run: RunSummary; readonly theirs: SharedRun }) {
  const { result } = run;
  // The standard error is that of a mean over the test split's users.
  const users = useDatasets(
    (state) => state.datasets.find(({ id }) => id === run.experiment.dataset.id)?.statistics.splits.test.users ?? 1,
  );
  if (!theirs.result) return null;
  const rows = METRIC_KEYS.map((key): Row => {
    const value = theirs.result?.test[key] ?? NaN;
    const mine = result?.test[key] ?? NaN;
    return { key, theirs: value, mine, agrees: agreement(value, mine, users) };
  });
  const identical = rows.every(({ agrees }) => agrees === 'identical');
  const apart = rows.filter(({ agrees }) => agrees === 'outside').length;
  return (
    <Panel
      title="Theirs and mine"
      note={
        !result
          ? 'mine appears when this run has ended'
          : identical
            ? 'identical: every metric agrees to six digits'
            : apart === 0
              ? 'every metric within one standard error'
              : `${apart} of ${rows.length} metrics further apart than one standard error`
      }
    >
      {result && (
        <DataTable label="Test metrics, theirs and mine" columns={COLUMNS} rows={rows} rowId={({ key }) => key} />
      )}
      <p>
        Theirs: {theirs.device || 'an unknown device'}, best epoch {theirs.result.bestEpoch + 1}
        {result && `; mine: ${run.device?.name ?? ''}, best epoch ${result.bestEpoch + 1}`}. On the same kind of device
        the same experiment gives the same result; other devices round sums in another order.
      </p>
    </Panel>
  );
}

const COLUMNS: readonly Column<Row>[] = [
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
